"""The pack of a meeting as everybody reads it: in words, tables and drawings, as page and PDF."""
