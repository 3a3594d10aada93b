import time, pytest, cProfile, pstats
from tests import city
from citycall.core.actors import SYSTEM
from tests.places.drawing import squares
from citycall.places.actions import load_layer
@pytest.mark.django_db
def test_x():
    t=time.time(); p=cProfile.Profile(); p.enable(); city.build(); p.disable(); print('build',time.time()-t)
    pstats.Stats(p).sort_stats('tottime').print_stats(8)
    t=time.time(); load_layer(code="wards", name="Wards", kind='partition', content=squares('abc'), by=SYSTEM, at=city.NOW); print('load',time.time()-t)
