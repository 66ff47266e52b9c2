"""Wrong experiments, and everything that ``sightkit check`` says of each."""

# ruff: noqa: E501 - a message stands on one line here, as it does in the terminal

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

from sightkit import Dataset, Registry

DIGITS = '[dataset]\nuse = "digits"\n'
OURS = f"from sightkit {version('sightkit')}"
DATASETS = ", ".join(Registry().catalogue.names(Dataset))
MISSING_DATASET = "x.toml:1:1: missing table [dataset] with a key `use`: Where images and labels come from."


@dataclass(frozen=True)
class Wrong:
    """A wrong experiment.

    Attributes:
        file: What stands in ``x.toml``.
        errors: Everything that ``check`` says, a line each.
        words: Its other arguments.
        others: Other files by their path.
    """

    file: str | bytes
    errors: tuple[str, ...]
    words: tuple[str, ...] = ()
    others: dict[str, str | bytes] = field(default_factory=dict)


def lines(count: int) -> str:
    """Return a comment of some lines, so that an error stands further down."""
    return "# something\n" * count


# What is no TOML: the first syntax error.
SYNTAX = {
    "text without quotes": Wrong(
        "[dataset]\nuse = digits\n", ('x.toml:2:7: not valid TOML: invalid value digits; text needs quotes: "digits"',)
    ),
    "Python's True": Wrong(
        DIGITS + "[optimizer]\namsgrad = True\n", ("x.toml:4:11: not valid TOML: invalid value True; write true",)
    ),
    "a number that is none": Wrong(
        "seed = 1.\n", ("x.toml:1:9: not valid TOML: expected newline or end of document after a statement",)
    ),
    "no value": Wrong("seed =\n" + DIGITS, ("x.toml:1:7: not valid TOML: expected a value",)),
    "no equals": Wrong(
        DIGITS + "  momentum 0.9\n", ("x.toml:3:12: not valid TOML: expected '=' after a key in a key/value pair",)
    ),
    "a string without end": Wrong(
        'name = "a\n' + DIGITS, ("x.toml:1:10: not valid TOML: the string has no closing quote",)
    ),
    "a Windows path": Wrong(
        '[dataset]\nuse = "image-folder"\npath = "C:\\data"\n',
        (
            "x.toml:3:11: not valid TOML: unescaped '\\' in a string; write \\\\, or put the string into single quotes: "
            "'C:\\data'",
        ),
    ),
    "an array without end": Wrong(
        DIGITS + "[images]\nsize = [160,\n  160\n[split]\ntest = 0\n",
        ("x.toml:6:1: not valid TOML: unclosed array; it starts on line 4",),
    ),
    "a key twice": Wrong(
        "seed = 1\n  seed = 2\n" + DIGITS, ("x.toml:2:3: not valid TOML: seed is defined twice; keep one of them",)
    ),
    "a key twice, the second over several lines": Wrong(
        DIGITS + "[images]\nsize = 1\nsize = [\n  2,\n  3]\n",
        ("x.toml:5:1: not valid TOML: size is defined twice; keep one of them",),
    ),
    "a key twice in an inline table, behind letters of several bytes": Wrong(
        'dataset = { "日" = "é", use = "digits", use = "idx" }\n',
        ("x.toml:1:40: not valid TOML: use is defined twice; keep one of them",),
    ),
    "a table twice": Wrong(
        DIGITS + "[training]\nepochs = 3\n\n[ training ]\n",
        ("x.toml:6:1: not valid TOML: [training] is defined twice; keep one of them",),
    ),
    "a table over a value": Wrong(
        "dataset = 1\n" + DIGITS, ("x.toml:2:1: not valid TOML: [dataset] is defined twice; keep one of them",)
    ),
    "a table inside an inline table": Wrong(
        'dataset = { use = "digits" }\n[dataset.more]\n',
        (
            "x.toml:2:1: not valid TOML: [dataset.more] adds to a table or an array that is complete already; put it where "
            "that one is defined",
        ),
    ),
    "a table inside a table that dotted keys have made": Wrong(
        '[dataset]\n"use" = "idx"\nmore.less = 1\n [ "dataset" . more ]\n',
        (
            'x.toml:4:2: not valid TOML: ["dataset".more] adds to a table or an array that is complete already; put it where '
            "that one is defined",
        ),
    ),
    "a key twice, once in quotes": Wrong(
        DIGITS + '"us\\u0065" = "idx"\n',
        ('x.toml:3:1: not valid TOML: "us\\u0065" is defined twice; keep one of them',),
    ),
    "not UTF-8, behind letters of several bytes": Wrong(
        f"{DIGITS}name = 'é日".encode() + b"\xe9'\n", ("x.toml:3:11: not a TOML file: byte 0xe9 is not UTF-8 text",)
    ),
    "UTF-16": Wrong(
        b"\xff\xfe" + DIGITS.encode("utf-16-le"), ("x.toml:1:1: not a TOML file: byte 0xff is not UTF-8 text",)
    ),
    "a picture": Wrong(b"\x89PNG\r\n\x1a\n\0\0", ("x.toml:1:1: not a TOML file: byte 0x89 is not UTF-8 text",)),
    "binary rubbish": Wrong(bytes(range(1, 256)), ("x.toml:2:118: not a TOML file: byte 0x80 is not UTF-8 text",)),
    "ends of line with one carriage return too many": Wrong(
        DIGITS.replace("\n", "\r\r\n"),
        ("x.toml:1:10: not valid TOML: expected newline or end of document after a statement",),
    ),
    "old Macintosh's ends of line": Wrong(
        DIGITS.replace("\n", "\r"),
        ("x.toml:1:10: not valid TOML: expected newline or end of document after a statement",),
    ),
    "arrays nested deeply": Wrong(
        f"{DIGITS}[images]\nsize = {'[' * 300}{']' * 300}\n",
        ("x.toml:4:106: nested too deeply; expected at most 100 tables and arrays inside one another",),
    ),
    "arrays nested so deeply that Python gives up": Wrong(
        f"{DIGITS}[images]\nsize = {'[' * 5000}{']' * 5000}\n",
        ("x.toml:4:108: nested too deeply; expected at most 100 tables and arrays inside one another",),
    ),
    "tables nested deeply": Wrong(
        f"{DIGITS}[{'.'.join('a' * 1000)}]\n",
        ("x.toml:3:1: nested too deeply; expected at most 100 tables and arrays inside one another",),
    ),
    "a key of a thousand parts": Wrong(
        f"{'.'.join('a' * 1000)} = 1\n",
        ("x.toml:1:199: nested too deeply; expected at most 100 tables and arrays inside one another",),
    ),
    "whole numbers of more than 64 bits": Wrong(
        f"{DIGITS}[training]\nepochs = 9223372036854775808\nbatch_size = 0x{'f' * 5000}\n",
        (
            "x.toml:4:10: training.epochs: expected a whole number of at most 64 bits, found a larger one",
            "x.toml:5:14: training.batch_size: expected a whole number of at most 64 bits, found a larger one",
        ),
    ),
    "a number of thousands of digits": Wrong(
        f"# é\nseed = {'9' * 5000}\n{DIGITS}",
        ("x.toml:2:8: expected a whole number of at most 64 bits, found a larger one",),
    ),
}

# One value or key that is wrong, in every form in which TOML lets it be written.
VALUES = {
    "an empty file": Wrong(
        "", ("x.toml:1:1: missing table [dataset] with a key `use`: Where images and labels come from.",)
    ),
    "nothing but a comment": Wrong(
        "# nothing\n\n", ("x.toml:1:1: missing table [dataset] with a key `use`: Where images and labels come from.",)
    ),
    "an empty table": Wrong(
        "\n[dataset]\n", (f'x.toml:2:1: missing key "use" in [dataset]; expected one of: {DATASETS}',)
    ),
    "a misspelt use": Wrong(
        '[dataset]\nusee = "digits"\n',
        (f'x.toml:1:1: missing key "use" in [dataset] (did you mean it by "usee"?); expected one of: {DATASETS}',),
    ),
    "a missing parameter": Wrong(
        '# é\n  [dataset]\n  use = "image-folder"\n',
        (f'x.toml:2:3: missing key "path" in [dataset] (image-folder, {OURS})',),
    ),
    "use that is no string": Wrong("[dataset]\nuse = 3\n", ("x.toml:2:7: dataset.use: expected a string, found 3",)),
    "a table where a name would not do": Wrong(
        'dataset = "digits"\n',
        ('x.toml:1:11: dataset: expected a table with a key `use`, found "digits"; write {use = "digits"}',),
    ),
    "an array of tables where one is wanted": Wrong(
        f'{DIGITS}[[optimizer]]\nuse = "sgd"\n',
        (
            'x.toml:3:1: optimizer: expected a table with a key `use`, found [{use = "sgd"}]; write [optimizer] instead of '
            "[[optimizer]]",
        ),
    ),
    "one table where an array of them is wanted": Wrong(
        f'{DIGITS}[augmentations]\nuse = "flip"\n',
        ('x.toml:3:1: augmentations: expected an array, found {use = "flip"}; write [[augmentations]]',),
    ),
    "a name where a table is wanted, in an array": Wrong(
        f'augmentations = [{{ use = "flip" }}, "crop"]\n{DIGITS}',
        ('x.toml:1:36: augmentations.1: expected a table with a key `use`, found "crop"; write {use = "crop"}',),
    ),
    "a number where a table is wanted": Wrong(
        f"training = 3\n{DIGITS}", ("x.toml:1:12: training: expected a table, found 3",)
    ),
    "an unknown key": Wrong(
        f"{DIGITS}[optimizer]\nlearning_rat = 0.1\n",
        (f'x.toml:4:1: unknown key "learning_rat" in [optimizer] (adam, {OURS}); did you mean "learning_rate"?',),
    ),
    "an unknown key in an inline table, behind letters of several bytes": Wrong(
        '# é\ndataset = { use = "digits" }\ntraining = { monitor = "日本", epoch = 3 }\n',
        (
            'x.toml:3:24: training.monitor: expected loss or a metric of this experiment, found "日本"; known: accuracy, '
            "f1, loss, precision, recall",
            'x.toml:3:30: unknown key "epoch" in [training]; did you mean "epochs"?',
        ),
    ),
    "an unknown key in quotes, of letters of several bytes": Wrong(
        f'{DIGITS}[training]\n"é日" . "épochs" = 3\n',
        (
            'x.toml:4:1: unknown key "é日" in [training]; known keys: accumulate, batch_size, checkpoints, class_weights, clip_norm, decay, deterministic, distribution, drop_last, early_stopping, ema, epochs, monitor, plateau, precision, replicas, sampling, stages',
        ),
    ),
    "unknown keys that would break the line": Wrong(
        f'{DIGITS}[training]\n"a\\nb" = 3\n"" = 3\n',
        (
            'x.toml:4:1: unknown key "a\\nb" in [training]; known keys: accumulate, batch_size, checkpoints, class_weights, clip_norm, decay, deterministic, distribution, drop_last, early_stopping, ema, epochs, monitor, plateau, precision, replicas, sampling, stages',
            'x.toml:5:1: unknown key "" in [training]; known keys: accumulate, batch_size, checkpoints, class_weights, clip_norm, decay, deterministic, distribution, drop_last, early_stopping, ema, epochs, monitor, plateau, precision, replicas, sampling, stages',
        ),
    ),
    "an unknown key as part of a dotted one": Wrong(
        f"{DIGITS}training . epochz = 3\n".replace("[dataset]\n", "dataset."),
        ('x.toml:2:12: unknown key "epochz" in [training]; did you mean "epochs"?',),
    ),
    "an unknown table": Wrong(
        f"{DIGITS}[optimiser]\nlearning_rate = 1\n",
        ('x.toml:3:2: unknown key "optimiser" in the file; did you mean "optimizer"?',),
    ),
    "an unknown table, opened several times": Wrong(
        f"{DIGITS}[optimiser.a]\nb = 1\n[optimiser.c]\nd = 1\n",
        ('x.toml:3:2: unknown key "optimiser" in the file; did you mean "optimizer"?',),
    ),
    "an unknown array of tables": Wrong(
        f'{DIGITS}\n[[augmentation]]\nuse = "flip"\n[[augmentation]]\nuse = "crop"\n',
        ('x.toml:4:3: unknown key "augmentation" in the file; did you mean "augmentations"?',),
    ),
    "a parameter of another component": Wrong(
        f'{DIGITS}[optimizer]\nuse = "sgd"\nbeta_1 = 0.9\n',
        (
            f'x.toml:5:1: unknown key "beta_1" in [optimizer] (sgd, {OURS}); known keys: learning_rate, momentum, '
            "nesterov, use, weight_decay",
        ),
    ),
    "a name for what has none": Wrong(
        f'{DIGITS}[optimizer]\nuse = "sgd"\nname = "mine"\n',
        (
            f'x.toml:5:1: unknown key "name" in [optimizer] (sgd, {OURS}); known keys: learning_rate, momentum, nesterov, '
            "use, weight_decay",
        ),
    ),
    "an unknown component": Wrong(
        f'{DIGITS}optimizer = {{ "use" = "Adamm" }}\n'.replace("[dataset]\n", "dataset."),
        (
            'x.toml:2:23: optimizer.use = "Adamm": no such optimizer, or its plugin is not installed; did you mean "adam"?',
        ),
    ),
    "an unknown component in an array of tables": Wrong(
        f'{DIGITS}[[augmentations]]\nuse = "flip"\n[[augmentations]]\n# é\nuse = "cropp"\n',
        (
            'x.toml:7:7: augmentations.1.use = "cropp": no such augmentation, or its plugin is not installed; did you mean '
            '"crop"?',
        ),
    ),
    "a component that its plugin doesn't have": Wrong(
        f'{DIGITS}[optimizer]\nuse = "sgd/adam"\n',
        ('x.toml:4:7: optimizer.use = "sgd/adam": plugin sgd has no such optimizer; its optimizers: sgd',),
    ),
    "wrong types": Wrong(
        f"seed = '3'\nname = 2024\n{DIGITS}[training]\nepochs = 3.0\nbatch_size = true\n[optimizer]\namsgrad = 'true'\n"
        "learning_rate = '1e-3'\nepsilon = 'small'\n[split]\ntest = []\n",
        (
            'x.toml:1:8: seed: expected a whole number, found "3"; write 3',
            'x.toml:2:8: name: expected a string, found 2024; write "2024"',
            "x.toml:6:10: training.epochs: expected a whole number, found 3.0; write 3",
            "x.toml:7:14: training.batch_size: expected a whole number, found true",
            f'x.toml:9:11: optimizer.amsgrad (adam, {OURS}): expected true or false, found "true"; write true',
            f'x.toml:10:17: optimizer.learning_rate (adam, {OURS}): expected a number, found "1e-3"; write 0.001',
            f'x.toml:11:11: optimizer.epsilon (adam, {OURS}): expected a number, found "small"',
            "x.toml:13:8: split.test: expected a number, found []",
        ),
    ),
    "numbers that are none": Wrong(
        f"seed = nan\n{DIGITS}[optimizer]\nlearning_rate = nan\nepsilon = 1e400\n[split]\ntest = inf\nvalidation = -inf\n",
        (
            "x.toml:1:8: seed: expected a whole number, found nan",
            f"x.toml:5:17: optimizer.learning_rate (adam, {OURS}): expected a finite number, found nan",
            f"x.toml:6:11: optimizer.epsilon (adam, {OURS}): expected a finite number, found inf",
            "x.toml:8:8: split.test: expected a finite number, found inf",
            "x.toml:9:14: split.validation: expected a finite number, found -inf",
        ),
    ),
    "out of range": Wrong(
        f"seed = -1\n{DIGITS}[split]\ntest = 1\n[training]\nepochs = 0\n[optimizer]\nlearning_rate = 0\n",
        (
            "x.toml:1:8: seed: expected a number of at least 0, found -1",
            "x.toml:5:8: split.test: expected a number less than 1.0, found 1",
            "x.toml:7:10: training.epochs: expected a number of at least 1, found 0",
            f"x.toml:9:17: optimizer.learning_rate (adam, {OURS}): expected a number greater than 0.0, found 0",
        ),
    ),
    "a tuple that is too short": Wrong(
        f"{DIGITS}[images]\nsize = [160]\n", ("x.toml:4:8: images.size: expected 2 items, found 1",)
    ),
    "an empty tuple": Wrong(f"{DIGITS}[images]\nsize = []\n", ("x.toml:4:8: images.size: expected 2 items, found 0",)),
    "a tuple that is too long": Wrong(
        f"{DIGITS}[images]\nsize = [160, 160, 3]\n",
        ("x.toml:4:8: images.size: expected at most 2 items, found [160, 160, 3]",),
    ),
    "items that are wrong, on lines of their own": Wrong(
        f"{DIGITS}[images]\nsize = [ # height and width\n  0,\n  'é'\n]\n",
        (
            "x.toml:5:3: images.size.0: expected a number of at least 1, found 0",
            'x.toml:6:3: images.size.1: expected a whole number, found "é"',
        ),
    ),
    "an array that is too short": Wrong(
        f"{DIGITS}[architecture]\nfilters = []\n",
        (f"x.toml:4:11: architecture.filters (basic-cnn, {OURS}): expected at least 1 items, found []",),
    ),
    "an array whose only item is wrong, which is not too short": Wrong(
        f"{DIGITS}[architecture]\nfilters = [0]\n",
        (f"x.toml:4:12: architecture.filters.0 (basic-cnn, {OURS}): expected a number of at least 1, found 0",),
    ),
    "choices": Wrong(
        f"schema = 2\n{DIGITS}[images]\nresize = 'Crop'\nchannels = '3'\n",
        (
            "x.toml:1:10: schema: expected 1, found 2",
            'x.toml:5:10: images.resize: expected "stretch", "crop" or "pad", found "Crop"; did you mean "crop"?',
            'x.toml:6:12: images.channels: expected 1 or 3, found "3"',
        ),
    ),
    "dates and times": Wrong(
        f"name = 2024-05-27\nseed = 07:32:00\n{DIGITS}[training]\nmonitor = 2024-05-27T07:32:00Z\nuntil = 2024-05-27\n",
        (
            'x.toml:1:8: name: expected no date or time, found 2024-05-27; text needs quotes: "2024-05-27"',
            'x.toml:2:8: seed: expected no date or time, found 07:32:00; text needs quotes: "07:32:00"',
            "x.toml:6:11: training.monitor: expected no date or time, found 2024-05-27T07:32:00+00:00; text needs quotes: "
            '"2024-05-27T07:32:00+00:00"',
            'x.toml:7:1: unknown key "until" in [training]; known keys: accumulate, batch_size, checkpoints, class_weights, clip_norm, decay, deterministic, distribution, drop_last, early_stopping, ema, epochs, monitor, plateau, precision, replicas, sampling, stages',
        ),
    ),
    "weights of classes that are no word, no number or less than nothing": Wrong(
        f'{DIGITS}[training]\nclass_weights = {{ "0" = -1, "a b" = "x" }}\nsampling = "balance"\n',
        (
            "x.toml:4:25: training.class_weights.0: expected a number of at least 0.0, found -1",
            'x.toml:4:37: training.class_weights."a b": expected a number, found "x"',
            'x.toml:5:12: training.sampling: expected "shuffled" or "balanced", found "balance"; did you mean "balanced"?',
        ),
    ),
    "weights of classes in an unknown way": Wrong(
        f'{DIGITS}[training]\nclass_weights = "balancd"\n',
        ('x.toml:4:17: training.class_weights: expected "none" or "balanced" or a table, found "balancd"',),
    ),
    "a character that no path may have": Wrong(
        '[dataset]\nuse = "image-folder"\npath = "a\\u0000b"\n',
        ('x.toml:3:8: dataset.path: expected text without the character U+0000, found "a\\u0000b"',),
    ),
    "a name that no folder should have": Wrong(
        f'name = "../a b"\n{DIGITS}',
        (
            'x.toml:1:8: name: expected a name of at most 100 letters, digits, ".", "_" and "-" that starts with a letter '
            'or a digit, found "../a b"',
        ),
    ),
    "a value too long to be shown": Wrong(
        f'seed = "{"é" * 100_000}"\n{DIGITS}', (f'x.toml:1:8: seed: expected a whole number, found "{"é" * 56}...',)
    ),
    "an unknown monitor": Wrong(
        f'{DIGITS}[training]\nmonitor = "recal"\n',
        (
            'x.toml:4:11: training.monitor: expected loss or a metric of this experiment, found "recal"; did you mean '
            '"recall"?',
        ),
    ),
    "a monitor that these metrics don't have": Wrong(
        f'{DIGITS}[training]\nmonitor = "f1"\n[[metrics]]\nuse = "f1"\nname = "macro-f1"\n',
        (
            'x.toml:4:11: training.monitor: expected loss or a metric of this experiment, found "f1"; known: accuracy, '
            "loss, macro-f1",
        ),
    ),
    "folds that don't go with the other keys": Wrong(
        f"{DIGITS}[split]\nfolds = 5\nfold = 5\nvalidation = 0.2\ntest = 1\n",
        (
            "x.toml:5:8: split.fold: expected a number below split.folds = 5, counted from 0, found 5",
            "x.toml:6:1: split.validation: split.folds says already what is for validation; leave out one of them",
            "x.toml:7:8: split.test: expected a number less than 1.0, found 1",
        ),
    ),
    "a fold of nothing": Wrong(
        f"{DIGITS}[split]\n  fold = 0\nvalidation = 0.2\n",
        (
            "x.toml:4:3: split.fold: expected split.folds beside it, which says how many there are; write it or leave out "
            "both",
        ),
    ),
    "folds that are wrong by themselves": Wrong(
        f"{DIGITS}[split]\nfolds = 1\nfold = 'x'\n",
        (
            "x.toml:4:9: split.folds: expected a number of at least 2, found 1",
            'x.toml:5:8: split.fold: expected a whole number, found "x"',
        ),
    ),
    "several replicas of nothing": Wrong(
        f'{DIGITS}[training]\ndistribution = "none"\nreplicas = 2\n',
        ('x.toml:5:12: training.replicas: expected 1 with training.distribution = "none", found 2; leave out one',),
    ),
    "several metrics of one name": Wrong(
        f'{DIGITS}[[metrics]]\nuse = "f1"\n[[metrics]]\nuse = "f1"\n[[metrics]]\nuse = "recall"\nname = "f1"\n',
        (
            'x.toml:5:1: [[metrics]]: another entry is called "f1" too; give one of them another `name`',
            'x.toml:9:8: [[metrics]]: another entry is called "f1" too; give one of them another `name`',
        ),
    ),
    "metrics under names that mean something else": Wrong(
        f'{DIGITS}[[metrics]]\nuse = "f1"\nname = "accuracy"\n[[metrics]]\nuse = "f1"\nname = "loss"\n',
        (
            'x.toml:5:8: [[metrics]]: "accuracy" is the accuracy, which is always computed; give this metric another '
            "`name`",
            'x.toml:8:8: [[metrics]]: "loss" is the loss; give this metric another `name`',
        ),
    ),
    "everything wrong with one entry, and with another": Wrong(
        f'{DIGITS}[[metrics]]\nuse = "f11"\nname = "a/b"\n[[metrics]]\nuse = "f1"\nname = 3\naverag = "macro"\n',
        (
            'x.toml:4:7: metrics.0.use = "f11": no such metric, or its plugin is not installed; did you mean "f1"?',
            "x.toml:5:8: metrics.0.name: expected a name of at most 100 characters that files may have too, such as "
            '"macro-f1", found "a/b"',
            'x.toml:8:8: metrics.1.name: expected a string, found 3; write "3"',
            f'x.toml:9:1: unknown key "averag" in [[metrics]] (f1, {OURS}); did you mean "average"?',
        ),
    ),
    "behind a byte order mark": Wrong(
        b"\xef\xbb\xbfseed = 'x'\n" + DIGITS.encode(), ('x.toml:1:8: seed: expected a whole number, found "x"',)
    ),
    "with Windows' ends of line": Wrong(
        f"{DIGITS}[training]\nmonitor = '''\nf2'''\nepochs = 0\n".replace("\n", "\r\n").encode(),
        (
            'x.toml:4:11: training.monitor: expected loss or a metric of this experiment, found "f2"; known: accuracy, '
            "f1, loss, precision, recall",
            "x.toml:6:10: training.epochs: expected a number of at least 1, found 0",
        ),
    ),
}

# What is wrong with files that are extended.
FILES = {
    "extends that is no array": Wrong(
        f'extends = "base.toml"\n{DIGITS}',
        ('x.toml:1:11: extends: expected an array of files, found "base.toml"; write ["base.toml"]',),
    ),
    "entries that are no files": Wrong(
        f'extends = ["no.toml", 3, "", "sub", "a\\u0000b"]\n{DIGITS}',
        (
            'x.toml:1:12: extends "no.toml": no such file',
            "x.toml:1:23: extends.1: expected a file as a string, found 3",
            'x.toml:1:26: extends "": this is a folder; expected a TOML file',
            'x.toml:1:30: extends "sub": this is a folder; expected a TOML file',
            'x.toml:1:37: extends "a\\u0000b": cannot be read: embedded null byte',
        ),
        others={"sub/y.toml": ""},
    ),
    "a circle": Wrong(
        f'extends = ["sub/y.toml"]\n{DIGITS}',
        ("sub/y.toml:2:3: extends goes in a circle: x.toml extends sub/y.toml extends x.toml",),
        others={"sub/y.toml": 'extends = [\n  "../x.toml"]\n'},
    ),
    "a file that extends itself": Wrong(
        f'extends = ["x.toml"]\n{DIGITS}', ("x.toml:1:12: extends goes in a circle: x.toml extends x.toml",)
    ),
    "errors in several files, each once": Wrong(
        f'extends = ["b.toml", "c.toml"]\n{DIGITS}seed = 3\n',
        (
            "b.toml:3:10: training.epochs: expected a number of at least 1, found 0",
            "d.toml:1:5: not valid TOML: expected '=' after a key in a key/value pair",
            f'x.toml:4:1: unknown key "seed" in [dataset] (digits, {OURS}); known keys: use',
        ),
        others={
            "b.toml": 'extends = ["d.toml"]\n[training]\nepochs = 0\n',
            "c.toml": 'extends = ["d.toml"]\n',
            "d.toml": "bad \n",
        },
    ),
    "a base of two, on top of each other": Wrong(
        f'extends = ["b.toml"]\n{DIGITS}[training]\nbatch_size = 0\n',
        (
            "b.toml:2:10: training.epochs: expected a number of at least 1, found 0",
            "x.toml:5:14: training.batch_size: expected a number of at least 1, found 0",
        ),
        others={"b.toml": "[training]\nepochs = 0\nbatch_size = 'x'\n"},
    ),
    "something missing that no file has": Wrong(
        'extends = ["b.toml"]\n', (MISSING_DATASET,), others={"b.toml": "[training]\nepochs = 1\n"}
    ),
    "a chain too long": Wrong(
        f'extends = ["0.toml"]\n{DIGITS}',
        ("48.toml:1:12: expected at most 50 files that extend one another in a row",),
        others={f"{number}.toml": f'extends = ["{number + 1}.toml"]\n' for number in range(2000)},
    ),
}

# What is wrong with overrides.
OVERRIDES = {
    "malformed": Wrong(
        DIGITS,
        (
            "--unset a b: expected a KEY, such as schedule",
            "--unset seed = 3 #: expected a KEY, such as schedule",
            "-s : expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
            "-s =3: expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
            "-s a b=3: expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
            "-s a..b=3: expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
            "-s a\\n=3: expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
            "-s seed: expected KEY=VALUE, such as optimizer.learning_rate=3e-4",
        ),
        (
            "-s",
            "seed",
            "-s",
            "",
            "-s",
            "=3",
            "-s",
            "a b=3",
            "-s",
            "a..b=3",
            "-s",
            "a\n=3",
            "--unset",
            "a b",
            "--unset",
            "seed = 3 #",
        ),
    ),
    "of what is not there": Wrong(
        f'{DIGITS}[[augmentations]]\nuse = "flip"\n',
        (
            "--unset augmentations.3: augmentations: expected an index below 1, found 3",
            "--unset optimizer.learning_rate: optimizer is not set in this experiment",
            "--unset schedule: schedule is not set in this experiment",
            "-s augmentations.-1.probability=1: augmentations: expected an index below 1, found -1",
            "-s augmentations.1.probability=1: augmentations: expected an index below 1, found 1",
            "-s augmentations.x.probability=1: augmentations: expected an index below 1, found x",
            "-s dataset.use.x=1: dataset.use is not a table, so it has no key x",
            "-s metrics.0.use=f1: metrics is not set in this experiment",
        ),
        (
            "--unset",
            "augmentations.3",
            "--unset",
            "optimizer.learning_rate",
            "--unset",
            "schedule",
            "-s",
            "augmentations.-1.probability=1",
            "-s",
            "augmentations.1.probability=1",
            "-s",
            "augmentations.x.probability=1",
            "-s",
            "dataset.use.x=1",
            "-s",
            "metrics.0.use=f1",
        ),
    ),
    "with wrong values, next to wrong values in the file": Wrong(
        f"seed = -1\n{DIGITS}",
        (
            f'-s dataset.us="x": unknown key "us" in [dataset] (digits, {OURS}); did you mean "use"?',
            '-s name=2024: name: expected a string, found 2024; write "2024"',
            f'-s optimizer.learning_rat=3: unknown key "learning_rat" in [optimizer] (adam, {OURS}); did you mean '
            '"learning_rate"?',
            '-s schedule.use=cosin: schedule.use = "cosin": no such schedule, or its plugin is not installed; did you '
            'mean "cosine"?',
            f"-s training.batch_size=0b{'1' * 64}: training.batch_size: expected a whole number of at most 64 bits, found "
            "a larger one",
            '-s training.epochs=many\\nof them: training.epochs: expected a whole number, found "many\\nof them"',
            "x.toml:1:8: seed: expected a number of at least 0, found -1",
        ),
        (
            "-s",
            'dataset.us="x"',
            "-s",
            "name=2024",
            "-s",
            "optimizer.learning_rat=3",
            "-s",
            "schedule.use=cosin",
            "-s",
            "training.epochs=many\nof them",
            "-s",
            f"training.batch_size=0b{'1' * 64}",
        ),
    ),
    "that want a fraction beside folds": Wrong(
        f"{DIGITS}[split]\nfolds = 5\n",
        (
            "-s split.validation=0.2: split.validation: split.folds says already what is for validation; leave out one of them",
        ),
        ("-s", "split.validation=0.2"),
    ),
    "that leave out what must be there": Wrong(
        "# é\n" + DIGITS,
        (MISSING_DATASET,),
        ("--unset", "dataset"),
    ),
    "of extends": Wrong(
        DIGITS,
        (
            '-s extends=["b.toml"]: extends is read with the file and can\'t be overridden; write a file that extends '
            "another one",
        ),
        ("-s", 'extends=["b.toml"]'),
    ),
    "that take out what stood before something wrong": Wrong(
        f'{DIGITS}[[augmentations]]\nuse = "flip"\n[[augmentations]]\nuse = "crop"\n[[augmentations]]\nuse = "shift"\n'
        "heigt = 1\nwidth = 'é'\n",
        (
            f'-s augmentations.0.fill="x": augmentations.0.fill (shift, {OURS}): expected "constant", "reflect", '
            '"nearest" or "wrap", found "x"',
            f'x.toml:9:1: unknown key "heigt" in [[augmentations]] (shift, {OURS}); did you mean "height"?',
            f'x.toml:10:9: augmentations.0.width (shift, {OURS}): expected a number, found "é"',
        ),
        ("--unset", "augmentations.0", "--unset", "augmentations.1", "-s", 'augmentations.0.fill="x"'),
    ),
    "that exchange a component": Wrong(
        f'{DIGITS}[optimizer]\nlearning_rate = 0\nbeta_1 = 3\n[[augmentations]]\nuse = "flip"\nprobability = 9\n',
        (f"-s optimizer.momentum=1: optimizer.momentum (sgd, {OURS}): expected a number less than 1.0, found 1",),
        ("-s", "optimizer.momentum=1", "-s", "optimizer.use=sgd", "-s", "augmentations.0={use = 'crop'}"),
    ),
}

CASES = {**SYNTAX, **VALUES, **FILES, **OVERRIDES}

# What is wrong inside of components that are inside of components; {leaf} and {pick} are owners.
PICK = f'{DIGITS}[[augmentations]]\nuse = "pick"\n'
NESTED = {
    "in a component inside a component": Wrong(
        PICK + 'first = { use = "leaf", "strength" = 2, odd = 4 }\n[[augmentations.others]]\nuse = "lief"\n'
        '[[augmentations.others]]\nuse = "leaf"\nstrenght = 1\n[[augmentations.others]]\nname = "é"\n',
        (
            "x.toml:5:38: augmentations.0.first.strength ({leaf}): expected a number of at most 1.0, found 2",
            "x.toml:5:47: augmentations.0.first.odd ({leaf}): must be {odd}, found 4",
            'x.toml:7:7: augmentations.0.others.0.use = "lief": no such augmentation, or its plugin is not installed; did '
            'you mean "leaf"?',
            'x.toml:10:1: unknown key "strenght" in [[augmentations.others]] ({leaf}); did you mean "strength"?',
            'x.toml:11:1: missing key "use" in [[augmentations.others]] ({pick}); expected one of: {augmentations}',
        ),
    ),
    "two levels down": Wrong(
        PICK + 'first = { use = "pick", others = [\n  { use = "pick", first = { use = "leaf", path = 3 } }, 7 ] }\n',
        (
            'x.toml:6:50: augmentations.0.first.others.0.first.path ({leaf}): expected a string, found 3; write "3"',
            "x.toml:6:57: augmentations.0.first.others.1 ({pick}): expected a table with a key `use`, found 7",
        ),
    ),
    "with values that don't fit together": Wrong(
        PICK + '[augmentations.first]\nuse = "leaf"\nlow = 9\n',
        ("x.toml:5:1: augmentations.0.first ({leaf}): expected low below high, found 9 and 9",),
    ),
    "in unions": Wrong(
        PICK + 'rate = "x"\nsizes = ["a"]\neither = { width = 0, hight = 3 }\n',
        (
            'x.toml:5:8: augmentations.0.rate ({pick}): expected a number or "auto", found "x"',
            'x.toml:6:10: augmentations.0.sizes.0 ({pick}): expected a whole number, found "a"',
            "x.toml:7:20: augmentations.0.either.width ({pick}): expected a number of at least 1, found 0",
            'x.toml:7:23: unknown key "hight" in [augmentations.either] ({pick}); known keys: width',
        ),
    ),
    "in unions, fitting no branch": Wrong(
        PICK + 'rate = nan\nsizes = 3.5\neither = "x"\n',
        (
            'x.toml:5:8: augmentations.0.rate ({pick}): expected a finite number or "auto", found nan',
            "x.toml:6:9: augmentations.0.sizes ({pick}): expected a whole number or an array, found 3.5",
            'x.toml:7:10: augmentations.0.either ({pick}): expected a table or a whole number, found "x"',
        ),
    ),
    "in tables": Wrong(
        PICK + 'weights = { "a b" = "x", int = 1 }\nwindow.width = 0\n[[augmentations.windows]]\n'
        "[[augmentations.windows]]\nwidth = 0\nwidht = 1\n[augmentations.files]\na = 1\n",
        (
            'x.toml:5:21: augmentations.0.weights."a b" ({pick}): expected a number, found "x"',
            "x.toml:6:16: augmentations.0.window.width ({pick}): expected a number of at least 1, found 0",
            "x.toml:9:9: augmentations.0.windows.1.width ({pick}): expected a number of at least 1, found 0",
            'x.toml:10:1: unknown key "widht" in [[augmentations.windows]] ({pick}); did you mean "width"?',
            'x.toml:12:5: augmentations.0.files.a ({pick}): expected a string, found 1; write "1"',
        ),
    ),
    "through an override": Wrong(
        PICK + 'first = { use = "leaf" }\n',
        (
            "-s augmentations.0.first.strength=2: augmentations.0.first.strength ({leaf}): expected a number of at most 1.0, "
            "found 2",
        ),
        ("-s", "augmentations.0.first.strength=2"),
    ),
}
