"""The whole catalog as one readable YAML file: written, and taken in with precise errors."""

from citycall.exchange.catalog_file.faults import CatalogFileError, FileFault
from citycall.exchange.catalog_file.loading import CatalogReport, Entry, import_catalog
from citycall.exchange.catalog_file.writing import export_catalog

__all__ = [
    "CatalogFileError",
    "CatalogReport",
    "Entry",
    "FileFault",
    "export_catalog",
    "import_catalog",
]
