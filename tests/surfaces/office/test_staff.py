"""Who may give what to whom: a hall's manager only inside the hall, and never the city's roles."""

from __future__ import annotations

import pytest

from banshi.foundation.doors import Who
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.models import Role, Staff
from banshi.surfaces.office.staff import may_give
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures

TOWN = Who(grants={"staff.manage": frozenset({"town"})})
CITY = Who(grants={"staff.manage": frozenset({"*"})})


@pytest.mark.parametrize(
    ("who", "role", "kind", "scope", "may"),
    [
        (TOWN, "clerk", "hall", "town", True),
        (TOWN, "hall_manager", "hall", "town", True),
        (TOWN, "clerk", "hall", "other", False),
        (TOWN, "city_admin", "hall", "town", False),
        (TOWN, "city_admin", "all", "*", False),
        (TOWN, "auditor", "all", "*", False),
        (TOWN, "clerk", "all", "*", False),
        (TOWN, "clerk", "region", "441900", False),
        (TOWN, "king", "hall", "town", False),
        (CITY, "city_admin", "all", "*", True),
        (CITY, "city_admin", "hall", "town", False),
        (CITY, "auditor", "all", "*", True),
        (CITY, "clerk", "hall", "anywhere", True),
    ],
)
def test_nobody_gives_beyond_their_reach(who, role, kind, scope, may):
    assert may_give(who, role, kind, scope) is may


@pytest.mark.parametrize(
    "what",
    ["all:*:city_admin", "hall:other:clerk", "hall:town:city_admin", "region:441900:clerk", "all:*:clerk", "", "a:b"],
)
def test_a_hall_manager_cannot_post_a_role_that_is_not_offered(manager, office, what):  # noqa: F811
    answer = manager.post(f"/office/town/staff/{office.clerk.id}/roles", {"what": what})

    assert answer.status_code == 403
    assert [held.role for held in Role.objects.filter(staff=office.clerk)] == ["clerk"]


def test_a_hall_manager_gives_a_role_of_the_own_hall(manager, office):  # noqa: F811
    manager.post(f"/office/town/staff/{office.clerk.id}/roles", {"what": "hall:town:guide"})

    assert [held.role for held in Role.objects.filter(staff=office.clerk).order_by("id")] == ["clerk", "guide"]


def test_a_city_administrator_gives_the_citys_roles(office):  # noqa: F811
    city = signed_in(staff_with("city", "city_admin", "all", "*"))

    answer = city.post(f"/office/town/staff/{office.clerk.id}/roles", {"what": "all:*:auditor"})

    assert answer.status_code == 302
    assert Role.objects.filter(staff=office.clerk, role="auditor", scope="*").count() == 1


def test_a_hall_manager_cannot_touch_who_also_has_a_role_beyond_the_hall(manager, office):  # noqa: F811
    city = staff_with("city", "city_admin", "all", "*")
    Role.objects.create(
        staff=city, role="clerk", scope_kind="hall", scope="town", given_at=office.clerk.created_at, given_by="system"
    )
    before = Staff.objects.get(id=city.id).password
    wide = Role.objects.get(staff=city, role="city_admin")

    codes = [
        manager.post(f"/office/town/staff/{city.id}/active", {"active": "0"}).status_code,
        manager.post(f"/office/town/staff/{city.id}/password").status_code,
        manager.post(f"/office/town/staff/{city.id}/roles/{wide.id}/end").status_code,
    ]

    city.refresh_from_db()
    assert codes == [403, 403, 403]
    assert (city.is_active, city.password, Role.objects.get(id=wide.id).ended_at) == (True, before, None)


def test_staff_of_another_hall_are_not_found(manager, office):  # noqa: F811
    assert manager.get(f"/office/town/staff/{office.other_halls_clerk.id}/").status_code == 404


def test_nobody_deactivates_themselves_or_ends_their_own_role(manager, office):  # noqa: F811
    own = Role.objects.get(staff=office.manager)

    manager.post(f"/office/town/staff/{office.manager.id}/active", {"active": "0"})
    manager.post(f"/office/town/staff/{office.manager.id}/roles/{own.id}/end")

    office.manager.refresh_from_db()
    own.refresh_from_db()
    assert (office.manager.is_active, own.ended_at) == (True, None)


def test_a_new_member_of_staff_can_sign_in_with_the_password_shown_once(manager, office, client):  # noqa: F811
    words = {"login": "new-clerk", "name_zh": "新人", "name_en": "New Clerk", "badge": "77", "role": "clerk"}

    answer = manager.post("/office/town/staff/new", words)

    password = answer.context["password"]
    made = Staff.objects.get(login="new-clerk")
    assert answer.status_code == 200
    assert made.check_password(password)
    assert [(held.role, held.scope_kind, held.scope) for held in made.roles.all()] == [("clerk", "hall", "town")]
    assert password not in manager.get(f"/office/town/staff/{made.id}/").content.decode()
    assert client.post("/staff/sign-in", {"login": "new-clerk", "password": password}).status_code == 302
    # The manager read it: nothing is done under this login until its owner has chosen another.
    assert client.get("/desk/")["Location"] == "/staff/me"


def test_a_login_that_is_taken_is_refused_and_leaves_nobody_behind(manager):  # noqa: F811
    before = Staff.objects.count()

    answer = manager.post(
        "/office/town/staff/new", {"login": "clerk", "name_zh": "新人", "name_en": "New", "badge": "", "role": "clerk"}
    )

    assert answer.status_code == 422
    assert Staff.objects.count() == before


def test_a_role_of_the_city_cannot_be_slipped_into_the_form_for_new_staff(manager):  # noqa: F811
    answer = manager.post(
        "/office/town/staff/new",
        {"login": "boss", "name_zh": "新人", "name_en": "New", "badge": "", "role": "city_admin"},
    )

    assert answer.status_code == 422
    assert not Staff.objects.filter(login="boss").exists()


def test_a_lost_password_is_replaced_and_it_is_on_record(manager, office):  # noqa: F811
    answer = manager.post(f"/office/town/staff/{office.clerk.id}/password")

    office.clerk.refresh_from_db()
    assert office.clerk.check_password(answer.context["password"])
    assert office.clerk.must_change_password is True
    assert Entry.objects.filter(action="reset-password", subject=f"staff:{office.clerk.id}", hall="town").count() == 1


@pytest.mark.parametrize(
    ("how", "beside"), [("deactivated", None), ("ended-role", None), ("ended-role", "guide"), ("ended-role", "auditor")]
)
def test_a_clerk_who_works_no_more_while_serving_leaves_nobody_behind(manager, office, how, beside):  # noqa: F811
    from banshi.kernel.actors import Actor, ActorKind
    from banshi.rooms.tickets import actions
    from banshi.rooms.tickets.models import Ticket, WindowSession
    from tests.town import TUESDAY_NINE

    kiosk = Actor(ActorKind.KIOSK, "1", "town")
    actions.sign_in(window_code="town-01", staff_id=office.clerk.pk, now=TUESDAY_NINE)
    ticket = actions.issue(
        actions.Take(category_code="A", channel="kiosk", by=kiosk), hall=office.hall, now=TUESDAY_NINE
    )
    actions.call_next(window_code="town-01", staff_id=office.clerk.pk, now=TUESDAY_NINE)
    actions.start(ref=ticket.ref, staff_id=office.clerk.pk, now=TUESDAY_NINE)

    role = Role.objects.get(staff=office.clerk)
    if beside is not None:
        kind, scope = ("hall", "town") if beside == "guide" else ("all", "*")
        Role.objects.create(
            staff=office.clerk, role=beside, scope_kind=kind, scope=scope, given_at=TUESDAY_NINE, given_by="system"
        )
    act, fields = ("active", {"active": "0"}) if how == "deactivated" else (f"roles/{role.pk}/end", {})
    said = manager.post(f"/office/town/staff/{office.clerk.pk}/{act}", fields, follow=True).content.decode()
    actions.sign_in(window_code="town-01", staff_id=office.second_clerk.pk, now=TUESDAY_NINE)
    held = Ticket.objects.get().state
    actions.resume_held(ref=ticket.ref, staff_id=office.second_clerk.pk, now=TUESDAY_NINE)

    deeds = Entry.objects.filter(hall="town", action__in=[how, "freed-window"]).order_by("id")
    assert (held, Ticket.objects.get().state) == ("held", "serving")
    assert f"{ticket.number} 已挂起，哪个窗口都能接着办。" in said
    assert [deed.action for deed in deeds] == [how, "freed-window"]
    assert WindowSession.objects.filter(staff=office.clerk, signed_out_at=None).count() == 0


def test_whose_only_role_ended_is_still_found_and_restored(manager, office):  # noqa: F811
    role = Role.objects.get(staff=office.clerk)

    manager.post(f"/office/town/staff/{office.clerk.pk}/roles/{role.pk}/end")
    listed = manager.get("/office/town/staff/").content.decode()
    manager.post(f"/office/town/staff/{office.clerk.pk}/roles", {"what": "hall:town:clerk"})

    assert office.clerk.login in listed
    assert Role.objects.filter(staff=office.clerk, ended_at=None).count() == 1


def test_a_role_says_where_it_is_held_by_name(office):  # noqa: F811
    regional = staff_with("regional", "auditor", "region", "441900")
    city = signed_in(staff_with("city", "city_admin", "all", "*"))
    pages = ["/office/town/staff/", f"/office/town/staff/{regional.pk}/"]

    said = [city.get(path, headers={"accept-language": "zh-CN"}).content.decode() for path in pages]
    said.append(signed_in(regional).get("/staff/me", headers={"accept-language": "zh-CN"}).content.decode())

    assert [("东莞市" in each, "441900" in each) for each in said] == [(True, False)] * 3


CASE_ROLES = ["pre_reviewer", "receiver", "reviewer", "approver", "head", "issue_clerk", "supervisor"]


@pytest.mark.parametrize("role", CASE_ROLES)
def test_a_hall_manager_gives_each_step_of_a_case_to_somebody(manager, office, role):  # noqa: F811
    offered = manager.get(f"/office/town/staff/{office.clerk.id}/").content.decode()

    manager.post(f"/office/town/staff/{office.clerk.id}/roles", {"what": f"hall:town:{role}"})

    assert f'value="hall:town:{role}"' in offered
    assert [held.role for held in Role.objects.filter(staff=office.clerk).order_by("id")] == ["clerk", role]


@pytest.mark.parametrize("role", ["approver", "clerk"])
def test_nobody_gives_themselves_a_role(manager, office, role):  # noqa: F811
    shown = manager.get(f"/office/town/staff/{office.manager.id}/").content.decode()

    answer = manager.post(f"/office/town/staff/{office.manager.id}/roles", {"what": f"hall:town:{role}"})

    assert (answer.status_code, "hall:town:" in shown) == (422, False)
    assert "不能给自己角色，找别人办。" in answer.content.decode()
    assert [held.role for held in Role.objects.filter(staff=office.manager)] == ["hall_manager"]


def department_of(staff):
    return Staff.objects.get(id=staff.id).department


def test_whose_cases_somebody_works_is_chosen_from_the_catalogue(manager, office):  # noqa: F811
    url = f"/office/town/staff/{office.clerk.id}/department"

    said = manager.post(url, {"department": "hrss"}, follow=True).content.decode()
    given = department_of(office.clerk)
    manager.post(url, {"department": ""})

    assert (given, department_of(office.clerk)) == ("hrss", "")
    assert '<option value="hrss" selected>人社局</option>' in said
    deeds = Entry.objects.filter(action="set-department", subject=f"staff:{office.clerk.id}", hall="town")
    assert [deed.facts for deed in deeds.order_by("id")] == [{"department": "hrss"}, {"department": ""}]


@pytest.mark.parametrize("code", ["nowhere", "HRSS", "hrss' OR 1=1"])
def test_a_department_that_is_none_is_refused(manager, office, code):  # noqa: F811
    answer = manager.post(f"/office/town/staff/{office.clerk.id}/department", {"department": code})

    assert (answer.status_code, department_of(office.clerk)) == (422, "")


def test_a_department_is_set_by_who_may_and_never_ones_own(manager, office):  # noqa: F811
    city = staff_with("city", "city_admin", "all", "*")
    Role.objects.create(
        staff=city, role="clerk", scope_kind="hall", scope="town", given_at=office.clerk.created_at, given_by="system"
    )
    others = [city, office.manager, office.other_halls_clerk]

    codes = [
        manager.post(f"/office/town/staff/{each.id}/department", {"department": "hrss"}).status_code for each in others
    ]

    assert codes == [403, 422, 404]
    assert [department_of(each) for each in others] == ["", "", ""]
