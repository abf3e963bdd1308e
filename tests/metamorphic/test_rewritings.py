"""A configuration rewritten without changing its meaning gets the same findings, apart from places.

Every rewriting is a function with the reason why it keeps the meaning: in `spellings`, `includes`,
`meanings` and `giving`. That each is noticed where it does change the meaning: test_spoiled.py.
"""

from random import Random

import pytest

from tests.corpus.samples import ABSENT, FILES
from tests.live.bench.nginx import VERSIONS, NginxMissing, binary
from tests.live.bench.tls import certificate
from tests.metamorphic import giving, includes, meanings, spellings
from tests.metamorphic.configurations import all_of_them
from tests.metamorphic.judging import difference
from tests.metamorphic.rewriter import Rewriter
from tests.metamorphic.text import NotRewritten, Statement
from tests.sampling import FULL, sample

CONFIGURATIONS = all_of_them()


# The rich one has something for each rewriting.
TRIED = list(dict.fromkeys(["rich", *sample(CONFIGURATIONS, 35)]))


@pytest.fixture(params=TRIED)
def rewriter(request, tmp_path):
    return Rewriter(request.param, CONFIGURATIONS[request.param], tmp_path)


def test_there_are_enough():
    """Our own, and the samples where they are."""
    own = [name for name in CONFIGURATIONS if not name.startswith("sample ")]
    assert len(own) > 140
    if not FILES.is_dir():
        pytest.skip(ABSENT)
    assert len(CONFIGURATIONS) - len(own) > 45


def test_spellings(rewriter):
    """The document itself stays: a word is what nginx makes of it."""
    wanted = rewriter.original().documents
    for rewriting in spellings.OF_WORDS:
        found = rewriter.judged(rewriter.files(rewriting)).documents
        assert difference(found, wanted) == [], rewriting
    for spelling in spellings.OF_SPACE:
        try:
            files = rewriter.files(spelling=spelling)
        except NotRewritten:
            continue
        assert difference(rewriter.judged(files).documents, wanted) == [], spelling


def test_includes(rewriter):
    """The document itself stays: an include is its text."""
    wanted = rewriter.original().documents
    for rewriting in includes.OF_THE_TOP + includes.OF_BLOCKS:
        found = rewriter.judged(rewriter.files(rewriting)).documents
        assert difference(found, wanted) == [], rewriting


def test_ways_of_giving(rewriter):
    """The document itself stays, whichever way the files come."""
    wanted = rewriter.original().documents_without_reasons
    for give in giving.ONE_FILE:
        found = rewriter.judged({"nginx.conf": rewriter.text.encode("latin-1")}, give)
        assert difference(found.documents_without_reasons, wanted) == [], give
    for rewriting in (includes.none, includes.split_over_includes, includes.one_file_each):
        for give in giving.ANY:
            try:
                found = rewriter.judged(rewriter.files(rewriting), give)
            except NotRewritten:
                continue
            same = difference(found.documents_without_reasons, wanted) == []
            assert same, (rewriting, give)


def test_meanings(rewriter):
    """Other directives of one meaning: the findings stay."""
    original = rewriter.original()
    for rewriting in meanings.KEEP_WORDS:
        found = judged_if_possible(rewriter, rewriting)
        assert found is None or difference(found.findings, original.findings) == [], rewriting
    for rewriting in meanings.CHANGE_WORDS:
        found = judged_if_possible(rewriter, rewriting)
        assert (
            found is None
            or difference(found.findings_without_words, original.findings_without_words) == []
        ), rewriting


def judged_if_possible(rewriter, *rewritings):
    try:
        return rewriter.judged(rewriter.files(*rewritings))
    except NotRewritten:
        return None


@pytest.mark.parametrize("seed", range(3 if FULL else 1))
def test_several_at_once(rewriter, seed):
    """Rewritings on top of each other: the findings stay."""
    random = Random(f"{rewriter.name} {seed}")
    chain = chosen(rewriter, random)
    spelling = random.choice(spellings.OF_SPACE)
    give = random.choice([giving.as_file, *giving.ANY])
    original = rewriter.original()
    if original.has_unread_includes:
        # The reason why is another one in a dump.
        give = giving.as_file
    try:
        found = rewriter.judged(rewriter.files(*chain, spelling=spelling), give)
    except NotRewritten:
        spelling, give = spellings.lines, giving.as_file
        found = rewriter.judged(rewriter.files(*chain, spelling=spelling), give)
    assert difference(found.findings, original.findings) == [], (chain, spelling, give)


def chosen(rewriter, random):
    """Rewritings that can be done on the configuration, of each kind at least one."""
    possible = []
    for rewriting in meanings.KEEP_WORDS:
        try:
            rewriter.files(rewriting)
        except NotRewritten:
            continue
        possible.append(rewriting)
    # One that moves settings leaves nothing to move for the next.
    moving = [meanings.moved_up, meanings.moved_down, meanings.said_again]
    first = [rewriting for rewriting in possible if rewriting in moving]
    rest = [rewriting for rewriting in possible if rewriting not in moving]
    return [
        *random.sample(first, min(1, len(first))),
        *random.sample(rest, 2),
        random.choice(spellings.OF_WORDS),
        random.choice(includes.OF_BLOCKS),
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_dumps_of_nginx_itself(rewriter, version):
    """What nginx takes, it takes rewritten; and `nginx -T` of that gets the findings of the files.

    Those that this nginx does not load are left: a name that does not resolve, a missing module.
    """
    try:
        binary(version)
    except NginxMissing as missing:
        pytest.skip(str(missing))
    try:
        rewriter.judged(loadable(rewriter), giving.dumped_by(version))
    except giving.NotLoadedError:
        return
    random = Random(f"{rewriter.name} {version}")
    # /etc/nginx of this machine has nothing to do with it.
    chain = [r for r in chosen(rewriter, random) if r is not includes.absolute_includes]
    files = loadable(rewriter, *chain)
    try:
        dump = rewriter.judged(files, giving.dumped_by(version))
    except NotRewritten:
        return
    wanted = rewriter.judged(files)
    assert difference(dump.documents_without_reasons, wanted.documents_without_reasons) == []
    original = rewriter.judged(loadable(rewriter))
    assert difference(dump.findings, original.findings) == [], chain


def loadable(rewriter, *rewritings):
    """The files of a whole configuration, with a certificate for each listener that needs one."""
    files = rewriter.files(*rewritings)
    names = {item.name for item in rewriter.layout().main if isinstance(item, Statement)}
    ours = certificate("api.example.com")
    pair = [["ssl_certificate", ours.certificate], ["ssl_certificate_key", ours.key]]
    if "http" not in names:
        certificates = "".join(f"{name} {path};\n" for name, path in pair)
        main = f"events {{}}\nhttp {{\n{certificates}include site.conf;\n}}\n"
        return {**files, "nginx.conf": main.encode(), "site.conf": files["nginx.conf"]}

    def with_certificate(layout, _):
        for item in layout.main:
            if isinstance(item, Statement) and item.name == "http":
                said = {inner.name for inner in item.block if isinstance(inner, Statement)}
                item.block[:0] = [Statement([n, str(p)]) for n, p in pair if n not in said]
        return layout

    return rewriter.files(with_certificate, *rewritings)


@pytest.mark.full
def test_how_many_load(tmp_path):
    """The test above is one only where nginx loads much of what there is."""
    version = next((v for v in VERSIONS if has(v)), None)
    if version is None:
        pytest.skip("no nginx is installed; run `make setup`")
    loaded = 0
    for number, (name, text) in enumerate(CONFIGURATIONS.items()):
        (tmp_path / str(number)).mkdir()
        rewriter = Rewriter(name, text, tmp_path / str(number))
        try:
            rewriter.judged(loadable(rewriter), giving.dumped_by(version))
        except giving.NotLoadedError:
            continue
        loaded += 1
    assert loaded > 100


def has(version):
    try:
        return binary(version)
    except NginxMissing:
        return None
