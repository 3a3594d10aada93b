from citycall.command_line.main import main

main()
