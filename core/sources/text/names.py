"""Names of columns in databases, spreadsheets and scripts, in several languages.

They are compared in the form of `plain_names`: in lower case, with underscores, without accents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.sources.fields import NAMES, normal
from core.sources.text.dates import without_accents

USUAL: Final[dict[str, tuple[str, ...]]] = {
    "event": (
        "action", "event_action", "activity", "verb", "action_name", "activity_name",
        "activity_type", "action_type", "user_action", "eventname", "eventtype", "actionname",
        "event_key", "event_code", "event_kind", "event_title", "interaction", "operation",
        "ereignis", "ereignisname", "aktion", "vorgang", "aktivitat", "evento", "nombre_evento",
        "accion", "actividad", "azione", "attivita", "acao", "evenement", "gebeurtenis", "actie",
        "handeling", "activiteit", "zdarzenie", "akcja", "handelse", "haendelse", "hendelse",
        "handelsenavn", "tapahtuma", "udalost", "esemeny", "olay", "etkinlik", "eveniment",
        "событие", "действие", "подія", "συμβαν", "事件", "事件名", "事件名称", "事件类型", "行为",
        "イベント",
        "イベント名", "アクション", "이벤트", "이벤트명", "event_label", "event_description",
    ),
    "time": (
        "occurred_at", "happened_at", "event_timestamp", "event_ts", "event_date",
        "event_datetime", "event_at", "eventtime", "eventtimestamp", "eventdate", "datetime",
        "date_time", "created_at", "recorded_at", "logged_at", "sent_at", "performed_at",
        "inserted_at", "created", "created_on", "createdat", "created_time", "created_date",
        "create_time", "create_date", "creation_date", "creation_time", "date_created",
        "createdon", "timestamp_utc", "time_utc", "ts_utc", "utc_time", "datetime_utc", "utc",
        "timestamp_ms", "ts_ms", "epoch", "epoch_ms", "unix_time", "unix_timestamp", "unixtime",
        "client_time", "server_time", "server_timestamp", "date", "day", "when", "@timestamp",
        "date/time", "datestamp", "started_at", "start_time", "start", "started", "received_at",
        "visited_at", "viewed_at", "clicked_at", "completed_at", "submitted_at", "purchased_at",
        "ordered_at", "paid_at", "order_date", "purchase_date", "transaction_date",
        "transaction_time", "login_time", "local_time", "zeitpunkt", "zeitstempel", "zeit",
        "datum", "datum_uhrzeit", "erstellt_am", "erstellt", "angelegt_am", "horodatage",
        "date_heure", "date_et_heure", "cree_le", "fecha", "fecha_hora", "fecha_y_hora",
        "creado_el", "marca_temporal", "marca_de_tiempo", "data", "data_ora", "data_e_ora",
        "data_hora", "data_e_hora", "criado_em", "tijdstip", "tijd", "datum_tijd", "czas",
        "data_i_godzina", "znacznik_czasu", "tidpunkt", "tidspunkt", "tid", "dato", "pvm", "aika",
        "aikaleima", "cas", "datum_a_cas", "idopont", "idobelyeg", "tarih", "zaman", "время",
        "дата", "дата_и_время", "дата_время", "时间", "时间戳", "日期", "日時", "時刻", "日付",
        "タイムスタンプ", "시간",
        "일시", "날짜", "ingested_at", "processed_at", "updated_at", "updated", "modified_at",
        "modified", "last_modified",
    ),
    "user": (
        "userid", "uid", "user_uuid", "user_uid", "user_guid", "useruuid", "user_key",
        "user_identifier", "user_no", "user_number", "user_hash", "hashed_user_id", "actor_id",
        "user_name", "username", "login", "person_id", "personid", "person", "profile_id",
        "player_id", "subscriber_id", "benutzer", "benutzer_id", "benutzerid", "benutzername",
        "nutzer", "nutzer_id", "anwender", "usuario", "usuario_id", "id_usuario", "id_de_usuario",
        "id_do_usuario", "utente", "id_utente", "utente_id", "gebruiker", "gebruiker_id",
        "gebruikers_id", "gebruikersnaam", "utilisateur", "utilisateur_id", "id_utilisateur",
        "identifiant_utilisateur", "nom_d'utilisateur", "nom_utilisateur", "uzytkownik",
        "id_uzytkownika", "anvandare", "anvandar_id", "bruger", "bruger_id", "bruker", "bruker_id",
        "kayttaja", "uzivatel", "id_uzivatele", "felhasznalo", "kullanici", "utilizator",
        "utilizador", "пользователь", "id_пользователя", "користувач", "χρηστης", "用户", "用户id",
        "用户_id", "ユーザー", "ユーザーid", "ユーザー_id", "ユーザid", "사용자", "사용자_id",
        "사용자id",
    ),
    "device": (
        "deviceid", "visitor_id", "visitorid", "visitor", "visitor_uuid", "anon_id", "anonymousid",
        "anonymous_user_id", "user_pseudo_id", "cookie_id", "cookie", "browser_id", "fingerprint",
        "device_uuid", "device_identifier", "installation_id", "install_id", "domain_userid",
        "idfa", "idfv", "gaid", "advertising_id", "besucher", "besucher_id", "visiteur",
        "visitante", "visitatore", "bezoeker",
    ),
    "session": (
        "sessionid", "visit_id", "visitid", "session_uuid", "session_key", "ga_session_id",
        "sitzungs_id", "sitzung_id",
    ),
}  # fmt: skip
"""Names tried if none of `fields.NAMES` is present and their values fit; best first."""

DATES: Final = (
    "date", "day", "event_date", "event_day", "datum", "fecha", "data", "jour", "tag", "dia",
    "local_date", "log_date", "dato", "pvm", "tarih", "дата", "日期", "日付", "start_date",
    "created_date", "order_date", "date_utc",
)  # fmt: skip
"""Names of dates whose times of day may be in a column of their own."""

CLOCKS: Final = (
    "time", "hour", "clock", "event_time", "event_hour", "time_of_day", "uhrzeit", "zeit",
    "stunde", "godzina", "czas", "tid", "klockslag", "klokken", "aika", "cas", "saat", "время",
    "时间", "時刻", "hora", "ora", "tijd", "uur", "heure", "local_time", "log_time", "start_time",
    "created_time", "order_time", "time_utc", "timestamp",
)  # fmt: skip
"""Names of those."""

HOURS: Final = frozenset({"hour", "event_hour", "stunde", "godzina", "hora", "ora", "uur", "heure"})
"""Those whose values may be numbers from 0 to 23."""

ZONES: Final = frozenset(
    {"timezone", "time_zone", "tz", "zone", "utc_offset", "tz_offset", "timezone_offset"}
)
"""Names of a column that has the zone of each row."""

MAYBE_EVENT: Final = (
    "status", "state", "stage", "step", "page", "page_name", "screen", "screen_name", "url",
    "page_url", "path", "page_path", "message", "category", "type", "kind", "title", "label",
    "subject", "description", "what", "method", "command", "endpoint", "result",
)  # fmt: skip
"""Names of columns that may say what happened, to be asked about."""

_NOTE: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*\Z")
_UNIT: Final = re.compile(
    r"_(utc|gmt|local|epoch|unix|s|secs?|seconds|ms|millis|us|micros|ns|nanos)$"
)
"""What the name of a time may end with."""

_TIMES: Final = frozenset((*NAMES["time"], *USUAL["time"]))

_TABLE: Final = re.compile(r"([^.\s]+)\.[^.]+")


def plain_names(names: Sequence[str]) -> dict[str, str]:
    """Return name -> its plain form.

    Without accents, a remark in brackets (`Time (UTC)`), the unit of a time (`ts_ns`), or the name
    of the table that stands before every column (`events.user_id`, `Events User ID`).
    """
    tables = {match[1] if (match := _TABLE.fullmatch(name)) else "" for name in names}
    alone = len(names) > 1 and len(tables) == 1 and "" not in tables
    cut = len(next(iter(tables))) + 1 if alone else 0
    plain = {name: normal(without_accents(_NOTE.sub("", name[cut:]) or name)) for name in names}
    if len(names) > 1 and all(each.startswith("events_") for each in plain.values()):
        plain = {name: each.removeprefix("events_") for name, each in plain.items()}
    return {name: _without_unit(each) for name, each in plain.items()}


def _without_unit(name: str) -> str:
    """Return the name of a time without its unit, unless it is known with it."""
    cut = _UNIT.sub("", name)
    return cut if name not in _TIMES and cut in _TIMES else name
