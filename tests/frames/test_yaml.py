import pytest

from valuekit.errors import InvalidInput
from valuekit.frames.yaml import read_yaml


def written(tmp_path, content):
    path = tmp_path / "file.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_values_are_those_of_yaml_1_2_and_texts_stay_as_written(tmp_path):
    path = written(
        tmp_path, "code: 007\non: yes\nday: 2025-01-02\nhex: 0x1F\noctal: 0o17\nf: -1.5e3\nn: ~\nt: True\n"
    )
    node = read_yaml(path)
    assert node.plain() == {
        "code": 7, "on": "yes", "day": "2025-01-02", "hex": 31, "octal": 15, "f": -1500.0, "n": None, "t": True,
    }  # fmt: skip
    assert node.value["code"].text == "007"
    assert node.value["day"].line == 3


def test_lists_and_mappings_nest(tmp_path):
    assert read_yaml(written(tmp_path, "a: [1, {b: x}]\n")).plain() == {"a": [1, {"b": "x"}]}


BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{c}: &{c} [*{p}, *{p}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ["line 3", "'a' stands twice", "line 1"]),
        ("a: [1\nb: 2\n", ["not YAML"]),
        ("", ["the file is empty"]),
        (BOMB, ["alias *a", "write the value out"]),
        ("? [x]\n: 1\n", ["a key that is not text"]),
        ("[" * 3000 + "]" * 3000, ["nested too deeply"]),
        ("a: \x01\n", ["not YAML"]),
    ],
    ids=["twice", "open bracket", "empty", "bomb", "list as key", "deep", "control character"],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, content, expected):
    with pytest.raises(InvalidInput) as refused:
        read_yaml(written(tmp_path, content))
    for fragment in expected:
        assert fragment in str(refused.value)


def test_a_missing_file_and_a_wrong_encoding_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    path = tmp_path / "gb.yaml"
    path.write_bytes("名: 值".encode("gb18030"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_yaml(path)


def test_a_file_beyond_all_reason_is_not_parsed(tmp_path):
    path = tmp_path / "big.yaml"
    path.write_bytes(b"# " + b"x" * 5_000_000)
    with pytest.raises(InvalidInput, match="more than 4 MB"):
        read_yaml(path)


@pytest.mark.parametrize(
    ("written_as", "value"),
    [
        ("0b11", "0b11"), ("1_000", 1000), ("+5", 5), ("-0x1F", -31), (".5", 0.5), ("1.", 1.0), ("1e5", 1e5), ("-.inf", float("-inf")),
        ("'007'", "007"), ("!!str 5", "5"), ("!!int '5'", 5), ("!own x", "x"), ("no", "no"), ("NULL", None), ("", None), ("1:30", "1:30"),
        ("卡", "卡"), ("2025-01", "2025-01"), ("1e", "1e"), (".", "."),
    ],
)  # fmt: skip
def test_plain_scalars_are_those_of_the_core_schema(tmp_path, written_as, value):
    (node,) = read_yaml(written(tmp_path, f"key: {written_as}\n")).value.values()
    assert (type(node.value), node.value) == (type(value), value)


@pytest.mark.parametrize("header", ["", "%YAML 1.1\n---\n", "\ufeff"])
def test_the_core_schema_holds_whatever_a_file_says_of_itself(tmp_path, header):
    assert read_yaml(written(tmp_path, f"{header}a: yes\n")).plain() == {"a": "yes"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: 1\n---\nb: 2\n", ["line 2", "a second document"]),
        ("a: " + "9" * 5000 + "\n", ["line 1", "number '999", "quote it"]),
        ("a: !!int seven\n", ["number 'seven'"]),
        ("a:\n" + "".join(f"{'  ' * i}- \n" for i in range(1, 60)) + "x", ["nested too deeply"]),
        ("a: 'open\n", ["not YAML"]),
    ],
    ids=["two documents", "endless number", "tagged number", "deep lists", "open quote"],
)
def test_further_wrong_files_are_refused(tmp_path, content, expected):
    with pytest.raises(InvalidInput) as refused:
        read_yaml(written(tmp_path, content))
    for fragment in expected:
        assert fragment in str(refused.value)
