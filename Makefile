# One way to run each thing; `make` alone lists them.
# Every path is relative, so that the folder may have any name, blanks and Chinese included.

PYTHON ?= python3
export LC_ALL :=  # set to C it would hide a folder's Chinese name from Python; empty, Python takes UTF-8
BIN := .venv/bin
INSTALLED := .venv/set-up-in
STAMP := .venv/has-a-browser

# A virtual environment knows its folder by heart and Python by a link: moved or broken, it is made anew.
IS_FIT := [ "$$(cat $(INSTALLED) 2>/dev/null)" = "$$(pwd -P)" ] && LC_ALL= $(BIN)/python -c 'import pip' 2>/dev/null
$(shell $(IS_FIT) || rm -f $(INSTALLED))

RESULTS := --alluredir=reports/allure-results --clean-alluredir
PYTEST := $(BIN)/pytest -n 3 --dist worksteal $(RESULTS) --junitxml=reports/junit.xml

.DEFAULT_GOAL := help
.PHONY: help setup demo test slow durations features nightly merge notify burn-in mutate drift scores portal report open-report bench-recording bench-commands flake-rate soak fuzz-lists screens lock clean campaign matrix hostile

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## 准备环境（只做一次）· set up what the others need, once

# The end of a night needs no browser: a machine without one still sends the message.
$(INSTALLED): requirements.lock pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo '需要 Python 3.11 或更新的版本：请安装后再运行，或指明它，例如 make $(MAKECMDGOALS) PYTHON=python3.12'; \
	  echo 'Python 3.11 or newer is needed: install it, or name it, as in the line above.'; exit 4; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'Python 缺少 venv：请执行 apt install python3-venv，然后再运行一次。'; \
	  echo 'Python lacks venv: run apt install python3-venv, then try again.'; exit 4; } >&2
	@echo '1/3 准备虚拟环境 · preparing .venv'
	@if [ -f $@ ]; then rm $@; else $(PYTHON) -m venv --clear .venv; fi
	@echo '2/3 安装锁定的依赖，约需一分钟 · installing what requirements.lock names, about a minute'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@pwd -P > $@

$(STAMP): $(INSTALLED)
	@echo '3/3 检查浏览器和中文字体 · looking for a browser and a Chinese font'
	@$(BIN)/python -m pages.browser
	@touch $@

demo: setup ## 演示：在模拟门户上确认六张保单 · confirm six policies on the mock portal
	@$(BIN)/single-window demo --output reports/demo

test: setup ## 全部检查：格式、规范、类型、分层、测试 · every check: format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -m "not slow" --ignore=tests/bot/matrix

slow: setup ## 慢的测试：整次运行、演练、报告（几分钟）· tests that take minutes: whole runs, a campaign, a report
	$(BIN)/pytest -n 3 --dist worksteal -m slow tests --ignore=tests/bot/hostile --ignore=tests/bot/matrix

# What a person types stays in the environment, where the shell takes it as it is.
WANTED := $(if $(TAG),-m "$$TAG") $(if $(TITLE),--title="$$TITLE") $(if $(TITLES),--titles-from="$$TITLES") \
  $(if $(SINCE),--since="$$SINCE") $(if $(LAST_FAILED),--last-failed --last-failed-no-failures=none)

features: setup ## 只跑场景，可选 TAG= TITLE= TITLES= FILE= SINCE= LAST_FAILED=1（docs/debugging.md）· the scenarios alone, all or some
	$(PYTEST) --record $(if $(FILE),"$$FILE",features) $(WANTED)

# A shard is one of SPLITS parts of the night; they share a SEED (docs/ci). A PORTAL that is given
# empty comes from a variable that is not set; the night refuses it, and tests no other portal.
NIGHT := $(if $(SPLITS),--splits $(SPLITS) --group $(GROUP)) $(if $(SEED),--seed $(SEED)) \
  $(if $(filter undefined,$(origin PORTAL)),,--portal="$$PORTAL") $(if $(ALLOW_MISSING),--allow-missing $(ALLOW_MISSING))

nightly: $(INSTALLED) ## 夜间回归：全部场景、报告、通知 · the night: every scenario, the report, a notification
	@rm -f reports/summary.json  # a night that does not even start has none, and notify says so
	@$(BIN)/python -m reports.night run $(NIGHT)

merge: $(INSTALLED) ## 把各片的结果合成一份报告并通知，SHARDS=文件夹 · join the shards into one report, and tell
	@rm -f reports/summary.json
	@$(BIN)/python -m reports.night merge $(SHARDS)

notify: $(INSTALLED) ## 上一份报告不是全绿就通知 · tell people if the last report is not green
	@$(BIN)/python -m reports.notify

burn-in: setup ## 新场景的考验，SINCE=版本 · new and changed scenarios, many times on a busy machine, SINCE=<rev>
	@$(BIN)/python -m reports.burn_in $(SINCE)

portal: setup ## 启动模拟门户，手工浏览 · start the mock portal, to walk through by hand
	@$(BIN)/single-window portal

report: $(INSTALLED) ## 把上次测试的结果做成报告 · turn the last test run into a report, one file and one folder
	@$(BIN)/python -m reports.build

mutate: setup ## 植入缺陷，看场景是否发现，可选 DEFECT= SLICE=1 MATRIX=1 RECORD=1（docs/mutation.md）· score the suite by seeded defects
	@$(BIN)/python -m reports.mutation $(if $(DEFECT),--defect $(DEFECT)) $(if $(SLICE),--slice) \
	  $(if $(MATRIX),--matrix) $(if $(RECORD),--record)

drift: setup ## 门户改版，看页面对象还行不行，可选 REDESIGN= SLICE=1 RECORD=1（docs/mutation.md）· score the pages by redesigns
	@$(BIN)/python -m reports.drift $(if $(REDESIGN),--redesign $(REDESIGN)) $(if $(SLICE),--slice) \
	  $(if $(RECORD),--record)

scores: setup ## 两种得分都算，前一种变差也算后一种 · both scores, whatever becomes of the first
	@$(MAKE) -k mutate drift

STRIDE ?= 1
RUNS ?= 1

campaign: setup ## 断点演练：在每一处杀死进程，配每一种故障（STRIDE=5 少些）· kill it everywhere
	$(BIN)/python -m tests.bot.campaign sweep --stride $(STRIDE) --runs $(RUNS)
	$(BIN)/python -m tests.bot.campaign browser $(if $(CASES),--cases $(CASES))

open-report: setup ## 在本机打开报告，可以回放 · serve the report's folder on loopback, with its traces
	@$(BIN)/python -m reports.serve

bench-recording: setup ## 失败时的记录让全绿的场景慢多少 · what recording for failures costs a green suite
	@$(BIN)/python -m benchmarks.recording

bench-commands: setup ## 命令的起动比重组以前快多少 · what a command costs before it does anything, against 2a78785
	@$(BIN)/python -m benchmarks.commands

flake-rate: setup ## 500 次场景，打乱并行，算时好时坏率 · 500 scenario runs, shuffled and parallel: the flake rate
	$(BIN)/pytest features -n auto --dist worksteal --record --count 3 $(RESULTS)

SEEDS ?= 5

matrix: setup ## 故障矩阵：F01 至 F40，各用五个种子（SEEDS=1 少些）· every row of the fault matrix by five seeds
	FAULT_MATRIX_SEEDS=$(SEEDS) $(BIN)/pytest -n 3 --dist worksteal tests/bot/matrix

EVERY ?= 1

hostile: setup ## 敌意门户：每一种花招（EVERY=3 少些）· every trick of a hostile portal, and its proof
	HOSTILE_EVERY=$(EVERY) $(BIN)/pytest -n 2 --dist worksteal tests/bot/hostile

soak: setup ## 耐久：一次运行 500 张，看内存和残留（约一刻钟）· 500 policies in one run: memory, leftovers
	@$(BIN)/python -m benchmarks.soak

fuzz-lists: setup ## 变异：读 2,000 份弄坏的清单（约两分钟）· read 2,000 spoilt work lists (about two minutes)
	$(BIN)/pytest -n 3 tests/bot/work_list/test_fuzz.py --lists 2000

screens: setup ## 为模拟门户的每个画面重新截图 · take a picture of every screen of the mock portal anew
	@$(BIN)/python -m reports.screens

lock: setup ## 按 pyproject.toml 更新 requirements.lock · bring requirements.lock in step with pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
	  --group dev -p 3.11 pyproject.toml -o requirements.lock

durations: setup ## 记下上次测试中慢的文件，下次先跑 · write down which tests took long, to begin with them
	@$(BIN)/python -m tests.durations

clean: ## 删除准备好的环境和生成的文件 · remove what set-up and runs have made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache reports/node_modules \
	  reports/allure-results reports/playwright reports/quarantine reports/demo reports/junit.xml \
	  reports/allure.html reports/site reports/scenarios.xml reports/summary.* reports/last-night \
	  reports/mutation reports/mutation.json reports/mutation.html \
	  reports/drift reports/drift.json reports/drift.html
	find . -name __pycache__ -prune -exec rm -rf {} +
