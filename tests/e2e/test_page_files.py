"""What a second visit costs."""

from __future__ import annotations

ASSETS = (
    "performance.getEntriesByType('resource').filter((e) => new URL(e.name).pathname.startsWith('/assets/'))"
)


def test_a_second_visit_fetches_none_of_gradios_files_again(open_page, server):
    page = open_page()
    fetched = page.evaluate(f"{ASSETS}.filter((e) => e.transferSize > 0).length")
    assert fetched > 50, "all of them are counted"
    again = page.context.new_page()
    again.goto(server)
    again.wait_for_selector("#result img")
    assert again.evaluate(f"{ASSETS}.length") > 50
    assert again.evaluate(f"{ASSETS}.filter((e) => e.transferSize > 0).map((e) => e.name)") == []
