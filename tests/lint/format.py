#!/usr/bin/python3
"""Every source looks as .clang-format says. To repair: clang-format-19 -i FILE"""
import house


def findings(file):
    status, said = house.output_of("clang-format-19", "--dry-run", "-Werror", file)
    places = [line for line in said.splitlines() if ": error: " in line]
    return (places or said.splitlines()) if status else []


house.check(findings, house.sources())
