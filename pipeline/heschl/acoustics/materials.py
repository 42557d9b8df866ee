"""Materials of walls: the share of the energy that they absorb in octaves from 125 to 4000 Hz.

Values are those of Vorländer (2008), Auralization, tables of the appendix.
"""

MATERIALS: dict[str, list[float]] = {
    "brick": [0.01, 0.02, 0.02, 0.03, 0.03, 0.04],  # rendered
    "concrete": [0.02, 0.03, 0.03, 0.03, 0.04, 0.07],  # rough
    "plasterboard": [0.15, 0.10, 0.06, 0.04, 0.04, 0.05],  # on a steel frame
    "wood": [0.18, 0.12, 0.10, 0.09, 0.08, 0.07],  # 1.6 cm, on planks
    "glass": [0.08, 0.04, 0.03, 0.03, 0.02, 0.02],  # a pane of 3 mm
    "curtain": [0.05, 0.12, 0.35, 0.45, 0.38, 0.36],  # velvet
    "linoleum": [0.02, 0.03, 0.03, 0.03, 0.03, 0.02],  # on concrete
    "carpet": [0.08, 0.08, 0.30, 0.60, 0.75, 0.80],  # pile of 9 mm on felt
    "tiles": [0.49, 0.53, 0.53, 0.75, 0.92, 0.99],  # fissured, of a ceiling
}
