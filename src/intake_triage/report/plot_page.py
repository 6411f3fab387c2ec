"""The page that `dvc plots show` and `dvc plots diff` fill, with its scripts inside.

DVC's own page loads Vega from the network and stays blank without one. This template is written
once, by `PYTHONPATH=src python -m intake_triage.report.plot_page`, and kept in git; it has to be
written again when the version of vl-convert-python changes.
"""

from pathlib import Path

import vl_convert

PLOT_PAGE = Path(".dvc/plots/offline.html")
VEGA_LITE = "5.20"

# {refresh_tag} and {plot_divs} are DVC's to fill; without {scripts} it adds none of its own.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{refresh_tag}
<title>Intake triage: plots</title>
<style>body { font-family: sans-serif; margin: 1.5em; }</style>
<script>{vega}</script>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def build_plot_page() -> str:
    """The page as text, its two placeholders still open; it asks the network for nothing."""
    vega = vl_convert.javascript_bundle(
        "window.vega = vega; window.vegaLite = vegaLite; window.vegaEmbed = vegaEmbed;", VEGA_LITE
    )
    # A literal end tag inside the script would end it.
    return PAGE.replace("{vega}", vega.replace("</script", "<\\/script"))


def main() -> None:
    PLOT_PAGE.parent.mkdir(parents=True, exist_ok=True)
    PLOT_PAGE.write_text(build_plot_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
