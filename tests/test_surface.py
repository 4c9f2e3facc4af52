"""What `import voc` offers is what it says, and nothing else."""

import voc


def test_the_surface_is_what_all_says() -> None:
    assert sorted(voc._HOMES) == sorted(voc.__all__)
    assert all(getattr(voc, name).__name__ == name for name in voc.__all__)


def test_what_is_not_there_is_said_so() -> None:
    assert not hasattr(voc, "lod")
