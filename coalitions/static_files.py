"""How static files are served outside DEBUG: compressed, under names that tell their content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Modules import one another by these names too: none is loaded twice, or kept too long."""

    support_js_module_import_aggregation = True
