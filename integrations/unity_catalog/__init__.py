"""Unity Catalog of Databricks as a source of releases: registered models, their versions and aliases."""

from integrations.unity_catalog.client import UnityCatalog, open_unity_catalog
from integrations.unity_catalog.registry import CatalogAliasTarget, UnityCatalogRegistry

__all__ = ["CatalogAliasTarget", "UnityCatalog", "UnityCatalogRegistry", "open_unity_catalog"]
