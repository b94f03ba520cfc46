"""Profiles and roles: who may make, change, delete and see what (definitions 10.5)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.definitions.board import Board
from core.errors import BadInput, Forbidden, NotFound
from core.store.library import profiles
from core.store.library.profiles import ROLES, Profile
from core.store.library.saved import Item, Mark, Saved
from core.store.workspace import open_writer


@pytest.fixture
def path(tmp_path) -> Path:
    file = tmp_path / "work.db"
    open_writer(file).close()
    return file


def things(saved: Saved) -> dict[str, str]:
    """One of each kind, made by whom the workspace is used: kind -> id."""
    return {
        "boards": saved.save_board(Board(title="b")).id,
        "charts": saved.save("charts", Item(title="c", body={"question": "dau"})).id,
        "audiences": saved.save_audience("a", {}).id,
        "queries": saved.save("queries", Item(title="q", body={"sql": "select 1"})).id,
        "marks": saved.save_mark(Mark(title="m", timestamp=1)).id,
    }


KINDS = ("boards", "charts", "audiences", "queries", "marks")


def make(saved: Saved, kind: str) -> None:
    if kind == "marks":
        saved.save_mark(Mark(title="another"))
    else:
        saved.save(kind, Item(title="another"))


def change(saved: Saved, kind: str, id_: str) -> None:
    if kind == "marks":
        saved.moments.change(id_, title="changed")
    else:
        saved.save(kind, saved.item(kind, id_).model_copy(update={"title": "changed"}))


@pytest.mark.parametrize("kind", KINDS)
def test_viewers_look_and_make_nothing(path, kind):
    ids = things(Saved(path, profile="ana:editor"))
    viewer = Saved(path, profile="vic:viewer")
    assert viewer.moments.all() if kind == "marks" else viewer.items(kind)
    for act in (
        lambda: make(viewer, kind),
        lambda: change(viewer, kind, ids[kind]),
        lambda: viewer.delete(kind, ids[kind]),
    ):
        with pytest.raises(Forbidden, match="vic is a viewer here"):
            act()


@pytest.mark.parametrize("kind", KINDS)
def test_editors_change_their_own_things_alone(path, kind):
    ana, ben = Saved(path, profile="ana:editor"), Saved(path, profile="ben:editor")
    ids = things(ana)
    make(ben, kind)
    for act in (lambda: change(ben, kind, ids[kind]), lambda: ben.delete(kind, ids[kind])):
        with pytest.raises(Forbidden, match=r"This is ana's.*its owner or an admin"):
            act()
    change(ana, kind, ids[kind])
    ana.delete(kind, ids[kind])
    with pytest.raises(Forbidden, match="ana's"):
        ben.restore(kind, ids[kind])
    ana.restore(kind, ids[kind])


@pytest.mark.parametrize("role", ["admin", "platform"])
@pytest.mark.parametrize("kind", KINDS)
def test_admins_change_everybodys_and_the_owner_stays(path, kind, role):
    ids = things(Saved(path, profile="ana:editor"))
    admin = Saved(path, profile=Profile(user="root", role=role))
    change(admin, kind, ids[kind])
    if kind == "marks":
        assert admin.mark(ids[kind]).created_by == "ana"
    else:
        assert admin.item(kind, ids[kind]).owner == "ana"
    admin.delete(kind, ids[kind])
    admin.restore(kind, ids[kind])


def test_a_private_mark_is_not_found_even_by_admins(path):
    ana = Saved(path, profile="ana:editor")
    mark = ana.save_mark(Mark(title="mine", timestamp=1, scope="private"))
    for profile in ("ben:viewer", "ben:editor", "ben:admin", "ben:platform"):
        other = Saved(path, profile=profile)
        assert other.marks() == []
        for act in (
            lambda o=other: o.mark(mark.id),
            lambda o=other: o.delete_mark(mark.id),
            lambda o=other: o.save_mark(mark),
        ):
            with pytest.raises(NotFound):
                act()
    assert ana.marks() == [mark]


def test_what_is_new_belongs_to_who_saves_it(path):
    board = Saved(path, profile="ana:editor").save_board(Board(title="b", owner="somebody"))
    assert board.owner == "ana"


def test_the_user_of_this_machine_is_an_admin_at_first(path, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "machine")
    assert Saved(path).profile == Profile(user="machine", role="admin")


def test_switching_is_remembered_with_each_names_role(path):
    saved = Saved(path)
    saved.access.become(Profile(user="ana", role="editor"))
    assert Saved(path).profile == Profile(user="ana", role="editor")
    saved.access.become(Profile(user="ben", role="viewer"))
    assert Saved(path).profile == Profile(user="ben", role="viewer")
    assert Saved(path, profile="ana").profile == Profile(user="ana", role="editor")
    assert Saved(path, profile="ana:viewer").profile.role == "viewer"
    assert Saved(path, profile="cem").profile.role == "admin"


def test_a_file_that_cannot_be_written_has_viewers(path, monkeypatch):
    real = os.access
    monkeypatch.setattr(
        profiles.os, "access", lambda p, mode: mode != os.W_OK and real(p, mode)
    )  # fmt: skip
    saved = Saved(path, profile="ana:admin")
    assert saved.profile == Profile(user="ana", role="viewer")
    assert saved.boards() == []
    with pytest.raises(Forbidden, match="ana is a viewer here"):
        saved.save_board(Board(title="b"))
    with pytest.raises(Forbidden, match="cannot be written"):
        saved.access.become(Profile(user="ana"))


def test_each_role_may_what_the_ones_before_it_may():
    for at, role in enumerate(ROLES):
        assert [Profile(user="a", role=role).may(r) for r in ROLES] == [
            i <= at for i in range(len(ROLES))
        ]


@pytest.mark.parametrize(
    ("text", "named"), [("", "name"), (":editor", "name"), ("ana:boss", "role 'boss'.*viewer")]
)
def test_what_is_no_profile_is_named(text, named):
    with pytest.raises(BadInput, match=named):
        profiles.read_profile(text)
