"""docs/importing.md says what the import does."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.imports.csv_folder.schema import TABLES, Row, ShopRow, accepted
from analytics.imports.online_retail.lines import COLUMNS, DETAILS, Reason

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [ShopRow, *TABLES], ids=lambda kind: kind.file)
def test_the_page_shows_the_columns_of_every_file(kind: type[Row]) -> None:
    section = PAGE.partition(f"### {kind.file}\n")[2].partition("\n### ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]

    assert table == [
        f"| {name} | {'yes' if field.is_required() else 'no'} | {accepted(kind, name)} "
        f"| `{(field.examples or [''])[0]}` |"
        for name, field in kind.model_fields.items()
    ]
    assert all(f"`{column}`" in section for column in kind.key) or "Key: all columns" in section


@pytest.mark.parametrize("reason", Reason)
def test_the_page_and_the_report_explain_every_reason(reason: Reason) -> None:
    assert f"| `{reason}` | refused: " in PAGE
    assert DETAILS[reason]


def test_the_page_names_every_header_of_online_retail() -> None:
    assert all(f"`{name}`" in PAGE for names in COLUMNS.values() for name in names)
