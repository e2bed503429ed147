import json

import pytest

from trainer_hooks.encoder import MAX_TEMPLATES, line_encoder, template_encoder


@pytest.fixture(params=[line_encoder, template_encoder])
def encode(request):
    return request.param()


def test_a_line_is_compact_and_in_the_order_of_the_call(encode):
    assert encode(7, 1.5, {"b": 2, "a": 0.1}) == b'{"_step":7,"_time":1.5,"b":2,"a":0.1}\n'


def test_values_that_json_has_no_number_for_are_named(encode):
    line = encode(0, 1.0, {"a": float("nan"), "b": float("inf"), "c": float("-inf"), "d": 1})
    assert line == b'{"_step":0,"_time":1.0,"a":"NaN","b":"Infinity","c":"-Infinity","d":1}\n'


def test_tags_with_any_characters_are_quoted(encode):
    assert encode(0, 1.0, {'a"b\\c\n%s:null': 1}) == b'{"_step":0,"_time":1.0,"a\\"b\\\\c\\n%s:null":1}\n'


def test_finite_values_whose_sum_is_not_are_logged_as_they_are(encode):
    assert json.loads(encode(0, 1.0, {"a": 1e308, "b": 1e308})) == {"_step": 0, "_time": 1.0, "a": 1e308, "b": 1e308}


def test_half_a_surrogate_pair_does_not_stop_a_training(encode):
    assert encode(0, 1.0, {"\ud800": 1}) == b'{"_step":0,"_time":1.0,"?":1}\n'


def test_ever_new_tags_keep_memory_bounded():
    encode = template_encoder()
    for number in range(3 * MAX_TEMPLATES):
        assert encode(0, 1.0, {f"tag {number}": 1}) == b'{"_step":0,"_time":1.0,"tag %d":1}\n' % number
    (templates,) = (cell.cell_contents for cell in encode.__closure__)
    assert len(templates) <= MAX_TEMPLATES
