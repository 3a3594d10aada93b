"""The settings of the embedded database."""

import re
from pathlib import Path

from citycall.operations.home import OperationsError

# For a machine with 2 cores and 24 GB that other work shares. Durability is stated although it
# is PostgreSQL's own choice: an acknowledged report must survive a power cut.
DEFAULTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "wal_compression": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # One file for each day of the week, each replaced a week later, so logs never fill the disk.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %q%a ",
    "log_lock_waits": "on",
}
# CityCall finds its server by these.
FIXED = {
    "cluster_name",
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "listen_addresses",
    "log_directory",
    "log_filename",
    "logging_collector",
    "lc_messages",
    "port",
    "unix_socket_directories",
}
HEADING = (
    "# Written anew at every start of the embedded database.\n"
    "# To change a setting, set CITYCALL_POSTGRES_SETTINGS and start the database again.\n"
)


def settings_text(
    *, port: int, socket_folder: Path, logs: Path, cluster_name: str, changes: str
) -> str:
    """Return the text of the settings file.

    ``changes`` are an operator's own settings, such as ``"shared_buffers=1GB; work_mem=32MB"``.
    Raises OperationsError when they cannot be read or touch a setting that CityCall needs.
    """
    quoted_folder = str(socket_folder).replace('"', '""')
    settings = {
        **DEFAULTS,
        **_read(changes),
        "port": str(port),
        "unix_socket_directories": f'"{quoted_folder}"',
        "log_directory": str(logs),
        "cluster_name": cluster_name,
    }
    return HEADING + "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _read(changes: str) -> dict[str, str]:
    settings = {}
    for change in filter(None, (part.strip() for part in changes.split(";"))):
        name, equals, value = (part.strip() for part in change.partition("="))
        if not equals or not re.fullmatch(r"[a-z_][a-z0-9_.]*", name):
            raise OperationsError(
                f"CITYCALL_POSTGRES_SETTINGS has '{change}', which is not a setting:"
                " write name=value, with a semicolon between settings."
            )
        if name in FIXED:
            raise OperationsError(
                f"CITYCALL_POSTGRES_SETTINGS may not change {name}, which CityCall needs as it is:"
                " take it out."
            )
        settings[name] = value
    return settings


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
