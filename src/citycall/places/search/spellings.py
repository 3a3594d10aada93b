"""Words that mean the same in the names of places, short or long, English or Spanish."""

from citycall.places.street_names import DIRECTIONS, key
from citycall.places.words import fold

_SAME_WORDS = """
recreation: rec recreational recreativo recreativa; center: centre ctr centro cntr; school:
escuela sch colegio; elementary: elem primaria; middle: secundaria intermedia; park: parque pk;
playground: tot-lot; station: estacion sta; library: biblioteca; church: iglesia; market: mercado;
bridge: puente; museum: museo; pool: piscina alberca; garden: jardin; field: campo cancha;
cemetery: cementerio panteon; fire: bomberos; police: policia; square: plaza sq plz; lake: lago;
stop: parada; bus: autobus camion; metro: subway; train: tren; university: universidad univ;
statue: estatua; monument: monumento; neighborhood: barrio vecindario neighbourhood; city: ciudad;
house: casa; tower: torre; hall: ayuntamiento; theater: theatre teatro; st: saint street calle;
mt: mount; ave: avenue avenida av; rd: road; dr: drive doctor; blvd: boulevard; hwy: highway; jr:
junior; ft: fort; heights: hts; apartments: apts apartamentos; building: bldg edificio; y: ymca;
international: intl; zoo: zoologico; department: dept; light: luz; pole: poste
"""
_SAME = {
    form: word.strip()
    for line in " ".join(_SAME_WORDS.split()).split(";")
    for word, forms in [line.split(":")]
    for form in forms.split()
}
_DIRECTIONS = {word: short.lower() for word, short in DIRECTIONS.items() if len(word) > 2}
_SPANISH = frozenset(
    form for form, word in _SAME.items() if form.endswith(("o", "a", "que", "on", "in", "or", "el"))
)
# Words that say nothing of which place is meant; the Spanish ones only among Spanish words.
_EMPTY = frozenset({"and", "to", "please"})
_SPANISH_EMPTY = frozenset({"de", "del", "el", "en", "la", "las", "los", "al", "y"})
# Words that mean wherever the person is.
POINTING = frozenset(
    {"here", "there", "right", "my", "this", "that", "where", "place", "spot", "outside", "i"}
)
# Words that so many places have that alone they name none.
GENERIC = (frozenset(_SAME.values()) - {"zoo"}) | {
    *("park", "playground", "court", "entrance", "pavilion", "trail", "landmark", "hospital"),
    *("the", "big", "old", "new", "little", "memorial", "street", "road", "avenue", "alley"),
    *POINTING,
    *("corner", "tree", "trash", "hole", "water", "sign", "car", "home", "store", "block"),
}


def words_of(text: str) -> list[str]:
    """The words of a name or a query as they are compared, in their order."""
    words = fold(text).split()
    empty = _EMPTY | _SPANISH_EMPTY if not _SPANISH.isdisjoint(words) else _EMPTY
    kept = [word for word in words if word not in empty] or words
    return [_DIRECTIONS.get(word) or _SAME.get(word, key(word)) for word in kept]
