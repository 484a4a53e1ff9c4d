r"""LaTeX becomes MathML on the server; what cannot be read keeps its words."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import formulas
from core.blocks.formulas import bare
from core.formulas import Unreadable

INERT = re.compile(r"<(?!/?(?:math|semantics|annotation|m[a-z]+|b|i|em|s|u|code|span)\b)", re.I)


def test_a_formula_is_mathml_with_its_source_beside_it() -> None:
    html = formulas.mathml(r"\frac{a}{b}", display=True)
    assert html.startswith('<math display="block">')
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac>" in html
    assert r'<annotation encoding="application/x-tex">\frac{a}{b}</annotation>' in html


def test_formulas_in_a_text_are_replaced_where_they_stand() -> None:
    html = formulas.in_rich_text(r"<p>If \(x &lt; y\), then \[y &gt; x\] holds.</p>")
    assert html.startswith("<p>If <math>")
    assert "<mo>&lt;</mo>" in html
    assert '<math display="block">' in html
    assert html.endswith(" holds.</p>")
    assert "\\(" not in html


@pytest.mark.parametrize(
    "text",
    [
        r"<p><code>\(x\)</code></p>",
        r"<pre>\(x\)</pre>",
        r"<p>\(x without an end</p>",
        r"<p>x\) without a beginning</p>",
        r'<p><a href="https://example.org/?>\(x\)">a link</a></p>',
        r"<p>C:\\(x86\\) is no formula</p>",
        "<p>no formula at all</p>",
    ],
)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert formulas.in_rich_text(text) == text


def test_a_formula_may_go_over_lines_and_hold_line_spaces() -> None:
    html = formulas.in_rich_text(
        r"<p>\[\begin{aligned} a &amp;= b \\[2pt]<br/> c &amp;= d \end{aligned}\]</p>"
    )
    assert html.count("<mtr>") == 2
    assert "<mn>2</mn>" not in html


def test_what_cannot_be_read_shows_its_source_and_says_why() -> None:
    text = r"<p>\(\frac{1\) and \(\unknown{&lt;b&gt;}\)</p>"
    html = formulas.in_rich_text(text)
    assert r'<code class="formula-source" dir="ltr">\frac{1</code>' in html
    assert r"\unknown{&lt;b&gt;}" in html
    found = formulas.unreadable_in(text)
    assert [one.tex for one in found] == [r"\frac{1", r"\unknown{<b>}"]
    assert 'Unknown command "\\unknown"' in found[1].reason


def test_long_formulas_stand_in_a_box_that_scrolls_and_has_a_name() -> None:
    long = formulas.in_rich_text(r"<p>\(" + "a + " * 20 + r"b\)</p>")
    assert '<span class="formula-inline" role="group" tabindex="0" aria-label="Formula">' in long
    assert "tabindex" not in formulas.in_rich_text(r"<p>\(a + b\)</p>")


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>window.__pwned=1</script>}",
        r"\operatorname{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"\color{red\" onclick=\"alert(1)}x",
        r"\textcolor{red;background:url(//evil.example)}{x}",
        r"\htmlStyle{position:fixed}{x}",
        r"\begin{equation}x\label{\" onload=1}\end{equation}\ref{\" onload=1}",
        r"</math><script>1</script>",
        r"\begin{array}{c|c}1&2\\\hline 3&4\end{array}",
    ],
)
def test_no_script_link_or_style_comes_out_of_a_formula(tex: str) -> None:
    html = formulas.shown(tex, display=True)
    assert not INERT.search(html)
    assert not re.search(r"<[^>]*\s(?:on\w+|style|href|src)\s*=", html)


class Careless:
    """A reader that escapes nothing, as some do."""

    def convert_with_local_state(self, tex: str, *, displaystyle: bool) -> str:
        return f'<math><mtext onclick="x" style="x:y">{tex}</mtext></math>'


def test_the_allow_list_holds_where_the_reader_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen red with nh3 taken out of formulas.mathml."""
    monkeypatch.setattr(formulas, "READER", Careless())
    html = formulas.mathml("<script>1</script><img src=x onerror=1>x", display=False)
    assert html == "<math><mtext>x</mtext></math>"


def test_styles_become_classes_which_the_content_policy_allows() -> None:
    """Seen red without STYLE.sub in formulas.mathml."""
    html = formulas.mathml(r"\begin{array}{c|c}1&\textcolor{red}{2}\end{array}", display=True)
    assert '<mtd class="tex-br">' in html
    assert 'mathcolor="#FF0000"' in html


@pytest.mark.parametrize(
    "tex",
    [
        "x" * (formulas.LONGEST + 1),
        "{" * formulas.LONGEST,
        r"\frac" * 400,
        r"\sqrt " * 330 + "x",
        r"\left(" * 330,
        r"\begin{matrix}" * 140,
        r"\def\a{" + "x" * 1500 + "}" + r"\a" * 200,
        r"\def\a{\a\a}\a",
        "x" + "'" * 1900,
        "_" * 1900,
    ],
)
def test_a_bomb_costs_no_time(tex: str) -> None:
    """Seen red, megabytes sent, with LARGEST and max_expansions taken out together."""
    begin = time.perf_counter()
    html = formulas.shown(tex, display=True)
    assert time.perf_counter() - begin < 1
    assert len(html) < 2 * formulas.LARGEST


@pytest.mark.parametrize(
    "text", [r"\(" * 100_000, "<" * 200_000 + r"\(", '<a "' * 20_000 + r"\(x\)", r"\(x\)" * 2_000]
)
def test_a_text_full_of_signs_costs_no_time(text: str) -> None:
    begin = time.perf_counter()
    formulas.in_rich_text(text)
    assert time.perf_counter() - begin < 3


@given(st.text(alphabet=r"\({[^_&$#<>\"'xab1 }])", max_size=60))
def test_whatever_is_typed_something_harmless_is_shown(tex: str) -> None:
    assert not INERT.search(formulas.shown(tex, display=True))
    formulas.in_rich_text(f"<p>{tex}</p>")


@pytest.mark.parametrize("typed", [r"\[x^2\]", r"\(x^2\)", "$$x^2$$", "$x^2$", "  x^2 "])
def test_signs_around_a_formula_are_forgiven(typed: str) -> None:
    assert bare(typed) == "x^2"


def test_the_reason_is_one_that_an_author_understands() -> None:
    with pytest.raises(Unreadable, match="longer than 2000"):
        formulas.mathml("x" * 3000, display=False)
    with pytest.raises(Unreadable, match="empty"):
        formulas.mathml("  ", display=False)
