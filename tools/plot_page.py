"""The scripts inside .dvc/plots/offline.html, which `dvc plots show` and `dvc plots diff` fill.

DVC's own page loads Vega from the network and stays blank without one. In ours {refresh_tag} and
{plot_divs} are DVC's to fill; without {scripts} it adds none of its own. When the version of
vl-convert-python changes, `PYTHONPATH=src python -m tools.plot_page` renews it.
"""

from pathlib import Path

import vl_convert

from intake_triage.report.pages.charts import VEGA_LITE


def renew_scripts(page: Path) -> None:
    """Put the installed version's scripts in the place of those that the page has."""
    names = "window.vega = vega; window.vegaLite = vegaLite; window.vegaEmbed = vegaEmbed;"
    vega = vl_convert.javascript_bundle(names, VEGA_LITE)
    vega = vega.replace("</script", "<\\/script")  # a literal end tag would end the script
    before, start, rest = page.read_text(encoding="utf-8").partition("<script>")
    _, end, after = rest.rpartition("</script>")
    page.write_text("".join((before, start, vega, end, after)), encoding="utf-8")


if __name__ == "__main__":
    renew_scripts(Path(".dvc/plots/offline.html"))
