"""The committed page is what the committed results give."""

from studies.transfer.report import PAGE, read_results, write_page


def test_the_page_is_in_step_with_the_results():
    assert PAGE.read_text(encoding="utf-8") == "\n\n".join(write_page(*read_results())) + "\n"
