# Written by hw/kernel/generate from hw/boards/boards.yaml.
BOARDS := u50 u55c u200 u250 u280
PART_u50 := xcu50-fsvh2104-2-e
PART_u55c := xcu55c-fsvh2892-2L-e
PART_u200 := xcu200-fsgd2104-2-e
PART_u250 := xcu250-figd2104-2L-e
PART_u280 := xcu280-fsvh2892-2L-e
