"""Small bad inputs with their cause and remedy, for scripts/errors_catalogue.py: what is wrong is run, never typed."""

from __future__ import annotations

from dataclasses import dataclass

END = ",estimate,TEST\n"
HEAD = "value,unit,provenance,source\n"


@dataclass(frozen=True)
class Example:
    """A bad input: edits (file, old, new) and files (name, text) of the project, and what is to be said of it."""

    section: str
    title: str
    cause: str
    remedy: str
    edits: tuple[tuple[str, str, str], ...] = ()
    files: tuple[tuple[str, str | bytes], ...] = ()


@dataclass(frozen=True)
class Files(Example):
    """Bad files, met when the scenario is read."""


@dataclass(frozen=True)
class Code(Example):
    """Python that goes wrong."""

    code: str = ""


@dataclass(frozen=True)
class Command(Example):
    """A command that goes wrong."""

    words: tuple[str, ...] = ()


TABLES, LIVES, SCENARIOS, BOOKS = "Tables", "Lifetimes", "Scenarios", "Workbooks"
LINE, ARRAYS, RUNS, STUDIES, REPORTS, COUNTS = (
    "Command line", "Arrays in Python", "Runs", "Studies", "Reports and files", "Calibration and reconciliation",
)  # fmt: skip

SECTIONS = {
    TABLES: "The place is file and line, with the labels of the row. `mfa validate FOLDER` lists all.",
    LIVES: "A lifetime is given by a survival function and its terms, one row each.",
    SCENARIOS: "The place is file and line, with the key.",
    BOOKS: "A dataset may be a workbook (`mfa template`): the place is file, sheet and cell.",
    LINE: "Words that are no command or option end with 2, all else with 1.",
    ARRAYS: "The place is function, argument and label.",
    RUNS: "What is well formed and still cannot be computed, and checks that hold on every run.",
    STUDIES: "Ensembles, sweeps, searches, drills and what else makes many runs.",
    REPORTS: "Folders of runs, formats and figures.",
    COUNTS: "`mfa calibrate` and `mfa reconcile`.",
}
KINDS = {
    "AlignmentError": "give arrays with the same labels; select or reindex them yourself",
    "BalanceError": "report it: no input should be able to cause it",
    "InputError": "mend the place that is named",
    "InputWarning": "read it: the run goes on, but something in it has no effect or is not what it seems",
    "MfaError": "as the message says; what is stored is kept",
    "ModelError": "mend the assumption that is named: the numbers are well formed, but contradict each other",
    "NotDrawn": "install a font, or use other names; everything else was written",
    "ProgramMissing": "install the extra that is named, or choose another format",
    "UnitError": "write the unit that is expected, or convert the value",
}

LAMP = """
import xarray as xr

sales = xr.DataArray([100.0] * 3, coords={"time": [2020, 2021, 2022]})
"""

EXAMPLES: tuple[Example, ...] = (
    # ------------------------------------------------------------------------------------------------------ tables
    Files(
        TABLES, "Unknown unit", "The unit is no unit that mfa knows, or is misspelt.",
        "Write a unit of mfa/units.txt. `ton`, which means several things, is refused: `t` is the tonne.",
        files=(("tiny/opex.csv", f"route,{HEAD}hydro,100,USD_2024/tonnne{END}"),),
    ),
    Files(
        TABLES, "Unit of another kind", "The unit is known, but is not one of this parameter: mass where mass per unit "
        "is meant, say.", "Use a unit of the kind that is named; `mfa info PARAMETER` tells it.",
        edits=(("tiny/component_mass.csv", "car,battery,300,kg/unit", "car,battery,300,kg"),),
    ),
    Files(
        TABLES, "Money of another year", "All money of a dataset is counted in one currency and year.",
        "Convert the value, and say in the note how.",
        files=(("tiny/opex.csv", f"route,{HEAD}hydro,100,USD_2020/t{END}"),),
    ),
    Files(
        TABLES, "Text where a number is needed", "A cell holds a word, an empty text or a number with separators.",
        "Write a plain number such as 1000 or 1.0e3.",
        edits=(("tiny/sales.csv", "2020,phone,100", '2020,phone,"1,000"'),),
    ),
    Files(
        TABLES, "Value out of range", "A share above 1 is mostly a percentage.", "Write 0.16 for 16 %.",
        files=(("tiny/used_export_share.csv", f"product,{HEAD}car,16,1{END}"),),
    ),
    Files(
        TABLES, "Unknown label", "A label that labels.csv does not list.",
        "Correct it, or add it to labels.csv, and rows of what it needs.",
        files=(("tiny/opex.csv", f"route,{HEAD}hydroo,100,USD_2024/t{END}"),),
    ),
    Files(
        TABLES, "The same row twice", "Two rows have the same keys; which one holds would be a matter of luck.",
        "Keep one.",
        files=(("tiny/opex.csv", f"route,{HEAD}hydro,100,USD_2024/t{END}hydro,120,USD_2024/t{END}"),),
    ),
    Files(
        TABLES, "No source", "Every figure names its source, and every source stands in references.bib.",
        "Give provenance and source; an estimate has a source too, `EXPERT` in the tables of Japan.",
        files=(("tiny/opex.csv", f"route,{HEAD}hydro,100,USD_2024/t,read,TSET\n"),),
    ),
    Files(
        TABLES, "Unknown column", "A column that is no dim of the parameter, and none of those that every table has.",
        "Correct the name; the year of a flow is `time`, the year of sale `cohort`.",
        files=(("tiny/opex.csv", f"rute,{HEAD}hydro,100,USD_2024/t{END}"),),
    ),
    Files(
        TABLES, "Year missing", "Sales are not held beyond their last year: no one else can know them.",
        "Give the missing year; 0 if there is nothing.",
        edits=(("tiny/sales.csv", "2025,phone,200", "2024,phone,200"),),
    ),
    Files(
        TABLES, "Row missing", "A parameter without a default needs a row for every label.",
        "Add the row, or one with `*` for all labels.",
        files=(("tiny/recovery_yield.csv", f"element,route,{HEAD}Co,*,0.9,1{END}"),),
    ),
    Files(
        TABLES, "Shares that do not sum to 1", "Members of a whole are given one by one, and one is wrong or missing.",
        "Correct or add a member: nothing is scaled to fit.",
        edits=(("tiny/import_share.csv", "AUS,*,0.3", "AUS,*,0.4"),),
    ),
    Files(
        TABLES, "Two parameters that contradict each other", "More leaves by two ways than there is. Both files and "
        "lines are named.", "Lower one of them.",
        files=(
            ("tiny/used_export_share.csv", f"product,{HEAD}phone,0.6,1{END}"),
            ("tiny/hibernation_share.csv", f"product,{HEAD}phone,0.5,1{END}"),
        ),
    ),
    Files(
        TABLES, "Several faults at once", "All faults of all files are told together.", "Mend them in one go.",
        files=(
            ("tiny/opex.csv", f"route,{HEAD}hydro,x,USD_2024/t{END}magnet,-1,USD_2024/t,guess,\n"),
            ("tiny/capex.csv", f"route,{HEAD}hydro,0,USD_2024/(t/yr){END}"),
        ),
    ),
    Files(
        TABLES, "File that is not UTF-8", "Spreadsheets save CSV in an encoding of their own unless told otherwise.",
        "Save as CSV UTF-8.",
        files=(("tiny/opex.csv", b"route,note\nhydro,Z\xfcrich\n"),),
    ),
    Files(
        TABLES, "Pedigree that cannot be read", "The column holds other than five scores.",
        "Write reliability, completeness, time, place and technology as in `2;-;1;-;-`.",
        files=(("tiny/opex.csv", f"route,pedigree,{HEAD}hydro,2;1,100,USD_2024/t{END}"),),
    ),
    # --------------------------------------------------------------------------------------------------- lifetimes
    Files(
        LIVES, "Unknown survival function", "The name is misspelt.", "Use one of those that are named.",
        edits=(("tiny/lifetime.csv", "phone,weibull,mean", "phone,weibul,mean"),),
    ),
    Files(
        LIVES, "Terms missing", "A survival function needs one of its sets of terms, and this one is incomplete.",
        "Add the row of the missing term.",
        edits=(("tiny/lifetime.csv", "phone,weibull,shape,2,1,estimate,TEST\n", ""),),
    ),
    # --------------------------------------------------------------------------------------------------- scenarios
    Files(
        SCENARIOS, "Unknown key", "A key that is no parameter, or no section of a scenario.",
        "Correct it; `mfa info` lists all names.",
        files=(("test.yaml", "name: test\ndataset: tiny\nyears: [2020, 2025]\npolicy:\n  collection_qouta: 0.5\n"),),
    ),
    Files(
        SCENARIOS, "Quantity without unit", "A number alone does not say what it counts.", "Write it with its unit.",
        files=(("test.yaml", "name: test\ndataset: tiny\nyears: [2020, 2025]\noverrides:\n  opex: {hydro: 100}\n"),),
    ),
    Files(
        SCENARIOS, "Years with a gap", "A run has every year from its first to its last.",
        "Write [first, last], or list all years.",
        files=(("test.yaml", "name: test\ndataset: tiny\nyears: [2020, 2021, 2023]\n"),),
    ),
    Files(
        SCENARIOS, "Key given twice", "YAML would let the second one win in silence.", "Keep one.",
        files=(
            ("test.yaml", "name: test\ndataset: tiny\nyears: [2020, 2025]\npolicy:\n  keep_share: 0.5\n"
             "  keep_share: 0.6\n"),
        ),
    ),
    Files(
        SCENARIOS, "File that is not YAML", "A bracket or a quote is left open, or a tab indents.",
        "Mend the line that is named; an editor with YAML shows it.",
        files=(("test.yaml", "name: test\nyears: [2020, 2025\n"),),
    ),
    Files(
        SCENARIOS, "Scenarios that are each other's base", "A chain of `base` comes back to where it began.",
        "Cut it: one of them must stand alone.",
        files=(("test.yaml", "base: second\n"), ("second.yaml", "base: test\n")),
    ),
    Files(
        SCENARIOS, "No such dataset", "`dataset` names neither a folder nor one that comes with mfa.",
        "Correct the name, or write a path such as ./mine.",
        files=(("test.yaml", "name: test\ndataset: tyni\nyears: [2020, 2025]\n"),),
    ),
    # --------------------------------------------------------------------------------------------------- workbooks
    Code(
        BOOKS, "Text in a number of a workbook", "A cell holds a text, here a number with a word before it.",
        "Write the number into the cell.",
        code="""
from pathlib import Path

import openpyxl
from mfa.inputs.dataset import open_dataset
from mfa.inputs.template import write_template

book = openpyxl.load_workbook(write_template(open_dataset("./tiny"), Path("mine.xlsx")))
sheet = book["sales"]
cell = next(cell for row in sheet.iter_rows(min_row=5) for cell in row if cell.value == 100)
cell.value = "about 100"
book.save("mine.xlsx")
mfa.load_scenario({"name": "test", "dataset": "./mine.xlsx", "years": [2020, 2025]}).inputs()
""",
    ),
    Code(
        BOOKS, "File that is no workbook", "The file is of another program, or was cut off.", "Save it again as .xlsx.",
        files=(("mine.xlsx", "product;value\n"),),
        code='mfa.load_scenario({"name": "test", "dataset": "./mine.xlsx", "years": [2020, 2025]}).inputs()',
    ),
    # ------------------------------------------------------------------------------------------------ command line
    Command(
        LINE, "No such scenario", "The word is neither a scenario that comes with mfa nor a file.",
        "`mfa list` shows the names; a file is given by its path.", words=("run", "japan-referense"),
    ),
    Command(
        LINE, "No such option", "The option is misspelt.", "`mfa COMMAND --help` lists the options.",
        words=("run", "test.yaml", "--outt", "here"),
    ),
    Command(
        LINE, "A change that cannot be made", "What stands before = is no key of a scenario.",
        "Write the keys of the scenario file, with dots between.",
        words=("run", "test.yaml", "--set", "policy.keep_share.phon=0.5"),
    ),
    Command(
        LINE, "A folder that holds something else", "Writing the run there would destroy other files.",
        "Name another folder with --out.",
        files=(("runs/test/thesis.txt", "years of work\n"),), words=("run", "test.yaml", "--no-figures"),
    ),
    Command(
        LINE, "Two runs into one folder", "Two scenarios of one command have the same name, and so the same folder.",
        "Run them one by one, into two folders.",
        words=("run", "test.yaml", "test.yaml", "--no-figures", "--quiet"),
    ),
    Command(
        LINE, "A name that nothing has", "No parameter, indicator, flow or label is called so.",
        "Take one of those that are proposed; `mfa info` lists all.", words=("info", "colection_quota"),
    ),
    # ------------------------------------------------------------------------------------------------------ arrays
    Code(
        ARRAYS, "Quantity of another unit", "Stock and inflow do not fit: units and units per year.",
        "Give the stock in the unit of the inflow times a year.",
        code=LAMP + """left = xr.DataArray([50.0], coords={"cohort": [2019]})
mfa.inflow_driven(mfa.quantify(sales, "unit/yr"), mfa.Lifetime.fixed(mean=2), initial_stock=mfa.quantify(left, "t"))
""",
    ),
    Code(
        ARRAYS, "Labels that differ", "Two arrays name different products: none is joined, reordered or left out.",
        "Give both the same labels, in the same order.",
        code=LAMP + """sales = sales.expand_dims(product=["lamp", "fan"])
mean = xr.DataArray([8.0, 9.0], coords={"product": ["lamp", "van"]})
mfa.inflow_driven(sales, mfa.Lifetime.fixed(mean=mean))
""",
    ),
    Code(
        ARRAYS, "Negative or missing numbers", "A gap is declared, never guessed; nothing flows backwards.",
        "Give a number of at least 0 for every label.",
        code=LAMP + """sales[1] = float("nan")
mfa.inflow_driven(sales, mfa.Lifetime.fixed(mean=2))
""",
    ),
    Code(
        ARRAYS, "Something without effect", "A run goes on, but a value cannot do anything.",
        "Give the origin a share, or leave the headroom out.",
        files=(
            ("tiny/headroom.csv", f"origin,{HEAD}AUS,0.2,1{END}"),
            ("tiny/import_share.csv", f"origin,element,{HEAD}CHN,*,1,1{END}AUS,*,0,1{END}"),
        ),
        code='mfa.load_scenario("test.yaml").inputs()',
    ),
    # -------------------------------------------------------------------------------------------------------- runs
    Code(
        RUNS, "A stock that cannot be reached", "All that enters in a year is gone at its end: no inflow can fill the "
        "stock.", "Choose a longer lifetime, or `timing: end`.",
        code=LAMP + """mfa.stock_driven(sales, mfa.Lifetime.fixed(mean=0.4))
""",
    ),
    Code(
        RUNS, "A balance that does not close", "The check of cohorts, fed here with 100 cars sold, 20 discarded and 70 "
        "in use. It holds on every run.", "None for users: please report the scenario.",
        code="""
import numpy as np
from types import SimpleNamespace
from mfa.system.balance import check_cohorts

labels = {"product": ["car"], "region": ["Here"]}
layout = SimpleNamespace(labels=labels, cohorts=np.array([2020]))
check_cohorts(*(np.full((1, 1, 1, 1), units) for units in (100.0, 20.0, 70.0)), layout)
""",
    ),
    # ----------------------------------------------------------------------------------------------------- studies
    Command(
        STUDIES, "A target that cannot be read", "A target is a result, its labels and year, a sign and a number.",
        "Write it as in `import_requirement[Co, 2025] <= 0.6`.",
        words=("search", "test.yaml", "--target", "import_requirement[Co] < 0.6", "--vary",
               "policy.keep_share=0:1"),
    ),
    Command(
        STUDIES, "A key that cannot be varied", "The key of --vary is no number of a scenario.",
        "Write a key of the scenario file and START:STOP:NUMBER.",
        words=("sweep", "test.yaml", "--vary", "policy.keep_shares=0:1:3"),
    ),
    Command(
        STUDIES, "A result that does not exist", "A name, label or year that the run does not have.",
        "Take one of those that are proposed.",
        words=("search", "test.yaml", "--target", "import_requirement[Cu, 2025] <= 0.6", "--vary",
               "policy.keep_share=0:1"),
    ),
    Command(
        STUDIES, "Nothing is uncertain", "No row of the tables has `low` and `high`, `sd` or a pedigree: all samples "
        "would be the same.", "Give ranges in the tables, or in the section `uncertainty` of the scenario.",
        words=("ensemble", "test.yaml", "--samples", "10", "--seed", "1"),
    ),
    Command(
        STUDIES, "A drill outside of the run", "The year is not one of the run.", "Choose one of its years.",
        words=("drill", "test.yaml", "--year", "2031", "--origin", "CHN", "--days", "90"),
    ),
    # ----------------------------------------------------------------------------------------------------- reports
    Command(
        REPORTS, "A folder that is no run", "The folder holds no run.json.", "Name the folder that `mfa run` wrote.",
        words=("report", "tiny"),
    ),
    Code(
        REPORTS, "A format whose program is missing", "PDF, DOCX and XLSX need an extra that a plain install leaves "
        "out. Here python-docx is hidden.", "Install it, or take html.",
        code="""
import sys
from mfa.report.formats.docx import to_docx

sys.modules["docx"] = None  # as if it were not installed
to_docx(None)
""",
    ),
    Code(
        REPORTS, "A figure that cannot be drawn", "No font of the machine has a sign of a name.",
        "Install a font that has it, or use other names; SVG and HTML are written all the same.",
        code="""
import matplotlib

matplotlib.use("agg")
from pathlib import Path

from matplotlib.figure import Figure
from mfa.report.captioned import written

figure = Figure()
figure.suptitle("Battery \\U000130c0")
written(figure, Path("."), "stock")
""",
    ),
    # ------------------------------------------------------------------------------------------------------ counts
    Command(
        COUNTS, "Counts that tell no lifetime", "Hardly anything has left yet: any long lifetime fits.",
        "Give a longer series or a table by age, or hold a term.",
        files=(("counts.csv", "quantity,product,time,value,unit,provenance,source\n" + "".join(
            f"sales,phone,{year},100,unit/yr{END}stock,phone,{year},{stock},unit{END}"
            for year, stock in ((2020, 100), (2021, 199), (2022, 299), (2023, 398)))),),
        words=("calibrate", "lifetime", "counts.csv", "--scenario", "test.yaml"),
    ),
    Command(
        COUNTS, "A table of balances that cannot be read", "A column is missing or misspelt.",
        "Name the columns as in docs/reconciliation.md.",
        files=(("flows.csv", "from,to,value\nmine,plant,100\n"),), words=("reconcile", "flows.csv"),
    ),
)  # fmt: skip
