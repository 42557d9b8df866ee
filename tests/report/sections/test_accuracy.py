"""The thresholds on the page are those of the table."""

from tests.helpers.report_page import rows_of


def test_thresholds_are_those_of_the_table_from_the_easiest(html):
    rows = [[cell.replace("\u202f", " ") for cell in row] for row in rows_of(html, "Thresholds of the word")]
    assert rows == [
        ["auditory scene", "\u22122 dB \u22123 to \u22121 dB"],
        ["two talkers", "0 dB \u22121 to +1 dB"],
        ["shaped noise", "+5 dB +4 to +6 dB; beyond the SNRs"],
    ]
