"""Each rewriting is noticed where it does change the meaning: a step beyond what it may do, and the
document or the findings are others, or the text is refused."""

import pytest

from nginx_grpc.errors import Refused
from tests.metamorphic import giving, includes, meanings, spellings
from tests.metamorphic.configurations import RICH, all_of_them
from tests.metamorphic.rewriter import Rewriter
from tests.metamorphic.text import Comment, NotRewritten, Statement, walk, write


@pytest.fixture
def rich(tmp_path):
    return Rewriter("rich", RICH, tmp_path)


def every(items, name):
    for _, level in walk(items):
        for item in level:
            if isinstance(item, Statement) and item.name == name:
                yield level, item


def changed(layout, name, change):
    level, item = next(every(layout.main, name))
    change(level, item)
    return layout


def comment_that_swallows(layout, _):
    """commented: a comment goes on to the end of its line, and takes along what stands there."""
    return changed(
        layout,
        "keepalive_timeout",
        lambda level, item: level.__setitem__(
            level.index(item), Comment(f"# {write([item])[:-1]}")
        ),
    )


def quotes_inside_out(layout, _):
    """The quoted ones: the backslashes of a word count, and so does each letter."""
    return changed(layout, "server_name", lambda _, item: item.words.__setitem__(1, '"api\\\\.x"'))


def name_in_capitals(layout, _):
    """names_quoted: it is the name that counts, and its case."""
    return changed(layout, "grpc_pass", lambda _, item: item.words.__setitem__(0, '"Grpc_pass"'))


def word_split(layout, _):
    """bare: a space needs its quotes, or one word is two."""
    return changed(
        layout, "grpc_set_header", lambda _, item: item.words.__setitem__(slice(2, 3), ["a", "b"])
    )


def pieces_turned_round(layout, random):
    """one_file_each: the files come in the order of their names."""
    layout = includes.one_file_each(layout, random)
    names = list(layout.parts)
    layout.parts = dict(zip(names, reversed(layout.parts.values()), strict=True))
    return layout


def piece_forgotten(layout, random):
    """split_over_includes, blocks_in_includes, nested_includes: each file is needed."""
    layout = includes.split_over_includes(layout, random)
    layout.parts.popitem()
    return layout


def piece_twice(layout, random):
    """An include that stands twice is read twice."""
    layout = includes.blocks_in_includes(layout, random)
    for _, level in list(walk(layout.parts["parts/0.inc"])):
        level += [item for item in level if isinstance(item, Statement) and item.name == "include"]
    layout.main += [item for item in layout.main if isinstance(item, Statement)][-1:]
    return layout


def include_elsewhere(layout, random):
    """absolute_includes: another folder is another file."""
    layout = includes.absolute_includes(layout, random)
    _, item = next(every(layout.main, "include"))
    item.words[1] = item.words[1].replace("/etc/nginx/", "/etc/other/")
    return layout


def pattern_that_matches(layout, _):
    """empty_patterns, empty_files: what is there is read."""
    layout.parts["extra/a.conf"] = [Statement(["grpc_read_timeout", "1s"])]
    level, _ = next(every(layout.main, "grpc_buffer_size"))
    level.append(Statement(["include", "extra/*.conf"]))
    return layout


def top_forgotten(layout, random):
    """top_in_includes, whole_in_include: the file is the configuration."""
    return type(layout)([Statement(["events"], []), Statement(["include", "all.inc"])])


def moved_past_another(layout, _):
    """moved_up: a location beside it reads the setting as well."""
    inner, item = next(every(layout.main, "grpc_buffer_size"))
    for _, server in every(layout.main, "server"):
        if server.block and inner in [block.block for block in server.block if is_block(block)]:
            inner.remove(item)
            server.block.insert(0, item)
            return layout
    raise AssertionError


def is_block(item):
    return isinstance(item, Statement) and item.block is not None


def moved_out_of_reach(layout, _):
    """moved_down: a level that says the setting itself does not inherit."""
    level, item = next(every(layout.main, "grpc_connect_timeout"))
    level.remove(item)
    return layout


def other_value(layout, _):
    """said_again: it is the value that is repeated."""
    level, _ = next(every(layout.main, "grpc_buffer_size"))
    level.append(Statement(["grpc_read_timeout", "91s"]))
    return layout


def pages_turned_round(layout, _):
    """reordered: of two pages for one status the first counts."""
    pages = [level for level, _ in every(layout.main, "error_page")]
    first, second = (i for i, item in enumerate(pages[0]) if named(item, "error_page"))
    pages[0][first], pages[0][second] = pages[0][second], pages[0][first]
    return layout


def balancer_last(layout, _):
    """reordered: a balancing method after keepalive drops the pool, in older versions."""
    level, item = next(every(layout.main, "least_conn"))
    level.remove(item)
    level.append(item)
    return layout


def named(item, name):
    return isinstance(item, Statement) and item.name == name


def wrong_unit(layout, _):
    """other_times: 20m is no 20s."""
    return changed(layout, "grpc_connect_timeout", lambda _, item: item.words.__setitem__(1, "20m"))


def wrong_size(layout, _):
    """other_sizes: 2k is no 2m."""
    return changed(layout, "grpc_buffer_size", lambda _, item: item.words.__setitem__(1, "2k"))


def wrong_flag(layout, _):
    """flags_in_capitals: OFF is no on."""
    return changed(
        layout, "grpc_intercept_errors", lambda _, item: item.words.__setitem__(1, "OFF")
    )


def wrong_modifier(layout, _):
    """modifiers_joined: a ~ more makes another location."""
    for _, item in every(layout.main, "location"):
        if item.words[1] == "~":
            item.words[1] = "~*"
            return layout
    raise AssertionError


def bystander_in_the_way(layout, _):
    """bystanders: a return beside grpc_pass is none."""
    level, _ = next(every(layout.main, "grpc_pass"))
    level.append(Statement(["return", "204"]))
    return layout


# The document tells; findings may be the same.
SPOILED_WORDS = [
    comment_that_swallows,
    quotes_inside_out,
    name_in_capitals,
    word_split,
]
SPOILED = [
    pieces_turned_round,
    piece_forgotten,
    piece_twice,
    include_elsewhere,
    pattern_that_matches,
    top_forgotten,
    moved_past_another,
    moved_out_of_reach,
    other_value,
    pages_turned_round,
    balancer_last,
    wrong_unit,
    wrong_size,
    wrong_flag,
    wrong_modifier,
    bystander_in_the_way,
]


@pytest.mark.parametrize("spoil", SPOILED_WORDS)
def test_a_change_of_words_is_noticed(rich, spoil):
    original = rich.original()
    try:
        found = rich.judged(rich.files(spoil))
    except Refused:
        return
    assert found.documents != original.documents


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_change_of_meaning_is_noticed(rich, spoil):
    original = rich.original()
    try:
        found = rich.judged(rich.files(spoil))
    except Refused:
        return
    assert found.documents != original.documents
    assert found.findings != original.findings


@pytest.mark.parametrize("spoil", [wrong_unit, wrong_size, wrong_flag])
def test_a_change_of_a_value_is_noticed_without_the_words(rich, spoil):
    assert rich.judged(rich.files(spoil)).findings_without_words != (
        rich.original().findings_without_words
    )


@pytest.mark.parametrize(
    "spelled",
    [
        # A bare CR ends no comment and no line.
        lambda _, text: text.replace("\n", "\r"),
        # Space between letters makes two words of one.
        lambda _, text: text.replace("grpc_read_timeout", "grpc_ read_timeout"),
        lambda _, text: text.replace(";", ""),
    ],
    ids=["cr", "space", "semicolons"],
)
def test_a_spelling_that_changes_words_is_noticed(rich, spelled):
    original = rich.original()
    try:
        found = rich.judged(rich.files(spelling=spelled))
    except Refused:
        return
    assert found.documents != original.documents


def lose_the_last_part(files):
    return {name: files[name] for name in list(files)[:-1]}


@pytest.mark.parametrize("give", [giving.as_file, *giving.ANY])
def test_a_lost_file_is_noticed(rich, give):
    files = rich.files(includes.split_over_includes)
    assert rich.judged(lose_the_last_part(files), give).documents != rich.original().documents


def test_each_rewriting_has_something_to_do(rich):
    """On the rich configuration each changes the text: none is empty by mistake."""
    plain = rich.files()
    for rewriting in [
        *spellings.OF_WORDS,
        *includes.OF_THE_TOP,
        *includes.OF_BLOCKS,
        *meanings.KEEP_WORDS,
        *meanings.CHANGE_WORDS,
    ]:
        assert rich.files(rewriting) != plain, rewriting
    for spelling in spellings.OF_SPACE:
        assert rich.files(spelling=spelling) != plain, spelling


def test_each_rewriting_applies_often_enough(tmp_path):
    """Those that look for something find it in a tenth of the configurations, the rare ones in
    several."""
    rewriters = [Rewriter(name, text, tmp_path) for name, text in all_of_them().items()]
    for rewriting in [*meanings.KEEP_WORDS, *meanings.CHANGE_WORDS]:
        applied = 0
        for rewriter in rewriters:
            try:
                rewriter.files(rewriting)
            except NotRewritten:
                continue
            applied += 1
        assert applied > (5 if rewriting in RARE else len(rewriters) // 10), (rewriting, applied)


RARE = {
    meanings.flags_in_capitals,
    meanings.modifiers_joined,
    meanings.moved_down,
    meanings.other_sizes,
    meanings.said_again,
}
