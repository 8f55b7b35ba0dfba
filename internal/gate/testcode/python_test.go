package testcode_test

import (
	"strings"
	"testing"

	"aicity.dev/aicity/internal/gate/testcode"
)

// pythonCases are modules with one test of the module orders.
var pythonCases = []struct {
	name, code string
	want       testcode.Fault
}{
	{"a result is compared", "def test_a():\n    assert parse('a') == 1\n", testcode.None},
	{"with a message", "def test_a():\n    got = parse('a')\n    assert got == 1, f'got {got}'\n", testcode.None},
	{"a failure is wanted", "def test_a():\n    with pytest.raises(ValueError):\n        parse('')\n", testcode.None},
	{"a failure is wanted and looked at", "def test_a():\n    with pytest.raises(ValueError) as caught:\n        parse('')\n    assert 'empty' in str(caught.value)\n", testcode.None},
	{"unittest", "class TestOrders(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(parse('a'), 1)\n", testcode.None},
	{"unittest, a failure is wanted", "class OrdersTest(unittest.TestCase):\n    def test_a(self):\n        with self.assertRaises(ValueError):\n            parse('')\n", testcode.None},
	{"what setUp made", "class TestOrders(unittest.TestCase):\n    def setUp(self):\n        self.book = orders.Book()\n    def test_a(self):\n        self.assertTrue(self.book.empty)\n", testcode.None},
	{"a fixture", "@pytest.fixture\ndef book():\n    return orders.Book()\n\ndef test_a(book):\n    book.add(1)\n    assert len(book) == 1\n", testcode.None},
	{"a table", "@pytest.mark.parametrize('text, want', [('a', 1), ('b', 2)])\ndef test_a(text, want):\n    assert parse(text) == want\n", testcode.None},
	{"a loop", "def test_a():\n    for text, want in [('a', 1), ('b', 2)]:\n        assert parse(text) == want\n", testcode.None},
	{"a helper", "def check(text, want):\n    assert parse(text) == want\n\ndef test_a():\n    check('a', 1)\n", testcode.None},
	{"it must fail", "def test_a():\n    try:\n        parse('')\n        pytest.fail('no error')\n    except ValueError:\n        pass\n", testcode.None},
	{"it must fail, and how", "def test_a():\n    try:\n        parse('')\n    except ValueError as err:\n        assert 'empty' in str(err)\n    else:\n        assert False\n", testcode.None},
	{"a mock", "def test_a():\n    send = mock.Mock()\n    orders.notify(send)\n    send.assert_called_once_with('a')\n", testcode.None},
	{"two that differ", "def test_a():\n    assert orders.new_id() != orders.new_id()\n", testcode.None},
	{"async", "async def test_a():\n    got = await orders.load('a')\n    assert got.total == 3\n", testcode.None},
	{"an instance", "def test_a():\n    assert isinstance(parse('a'), int)\n", testcode.None},
	{"it raises itself", "def test_a():\n    if parse('a') != 1:\n        raise AssertionError('no')\n", testcode.None},
	{"skipped here and there", "@pytest.mark.skipif(sys.platform == 'win32', reason='paths')\ndef test_a():\n    assert parse('a') == 1\n", testcode.None},
	{"a method that checks", "class TestOrders(unittest.TestCase):\n    def roundtrip(self, text):\n        self.assertEqual(orders.write(parse(text)), text)\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"a method that has another check", "class TestOrders(unittest.TestCase):\n    def both(self, text):\n        self.roundtrip(text)\n    def roundtrip(self, text):\n        self.assertEqual(orders.write(parse(text)), text)\n    def test_a(self):\n        self.both('a')\n", testcode.None},
	{"an inherited method that checks", "class Base(unittest.TestCase):\n    def roundtrip(self, text):\n        self.assertEqual(orders.write(parse(text)), text)\n\nclass TestOrders(Base):\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"a method of a base of another file", "class TestOrders(orders.testing.Case):\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"a method that a mixin overrides", "class TestOrders(orders.testing.Mixin, unittest.TestCase):\n    def roundtrip(self, text):\n        parse(text)\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"a method of pytest's class", "class TestOrders:\n    def roundtrip(self, text):\n        assert orders.write(parse(text)) == text\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"a function behind a method", "def same(a, b):\n    assert a == b\n\nclass TestOrders:\n    def roundtrip(self, text):\n        same(orders.write(parse(text)), text)\n    def test_a(self):\n        self.roundtrip('a')\n", testcode.None},
	{"an object that checks", "class Book:\n    def __init__(self):\n        self.all = orders.Book()\n    def holds(self, n):\n        assert len(self.all) == n\n\ndef test_a():\n    book = Book()\n    book.holds(0)\n", testcode.None},
	{"a fixture that checks", "def test_a(roundtrip):\n    parse('a')\n    roundtrip('a')\n", testcode.None},
	{"a method that checks nothing", "class TestOrders(unittest.TestCase):\n    def twice(self, text):\n        parse(text)\n        return parse(text)\n    def test_a(self):\n        self.twice('a')\n", testcode.Unchecked},
	{"nothing is checked", "def test_a():\n    parse('a')\n", testcode.Unchecked},
	{"it only prints", "def test_a():\n    print(parse('a'))\n", testcode.Unchecked},
	{"nothing", "def test_a():\n    pass\n", testcode.Apart},
	{"a constant", "def test_a():\n    parse('a')\n    assert True\n", testcode.Constant},
	{"constants", "def test_a():\n    parse('a')\n    assert 1 + 1 == 2\n", testcode.Constant},
	{"constants of unittest", "class TestOrders(unittest.TestCase):\n    def test_a(self):\n        parse('a')\n        self.assertEqual(1, 1)\n", testcode.Constant},
	{"itself", "def test_a():\n    got = parse('a')\n    assert got == got\n", testcode.Constant},
	{"this or not", "def test_a():\n    got = parse('a')\n    assert got == 1 or got != 1\n", testcode.Constant},
	{"the same call", "def test_a():\n    assert parse('a') == parse('a')\n", testcode.Again},
	{"the same call of unittest", "class TestOrders(unittest.TestCase):\n    def test_a(self):\n        want = parse('a')\n        self.assertEqual(parse('a'), want)\n", testcode.Again},
	{"only that there is a value", "def test_a():\n    assert parse('a') is not None\n", testcode.Presence},
	{"only that there is a value, of unittest", "class TestOrders(unittest.TestCase):\n    def test_a(self):\n        self.assertIsNotNone(parse('a'))\n", testcode.Presence},
	{"what it checks is caught", "def test_a():\n    try:\n        assert parse('a') == 1\n    except Exception:\n        pass\n", testcode.Swallowed},
	{"what it checks is caught by a bare handler", "def test_a():\n    try:\n        assert parse('a') == 1\n    except:\n        print('no')\n", testcode.Swallowed},
	{"only where there is one", "def test_a():\n    got = parse('a')\n    if got:\n        assert got == 1\n", testcode.Guarded},
	{"skipped", "@pytest.mark.skip(reason='later')\ndef test_a():\n    assert parse('a') == 1\n", testcode.Skipped},
	{"skipped with its class", "@unittest.skip('later')\nclass TestOrders(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(parse('a'), 1)\n", testcode.Skipped},
	{"a copy", "def double(x):\n    return 2 * x\n\ndef test_a():\n    assert double(2) == 4\n", testcode.Apart},
	{"the library", "def test_a():\n    assert json.loads('[1]') == [1]\n", testcode.Apart},
}

func TestPython(t *testing.T) {
	t.Parallel()
	for _, tt := range pythonCases {
		code := "import json\nimport sys\nimport unittest\nfrom unittest import mock\n\nimport pytest\n\nimport orders\nfrom orders import parse\n\n" + tt.code
		for _, ext := range []string{"py", "python"} {
			found, ok := testcode.Read(ext, strings.ReplaceAll(code, "    ", "\t"), nil)
			if !ok || len(found) != 1 {
				t.Errorf("%s: %v %+v", tt.name, ok, found)
				continue
			}
			if found[0].Fault != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, found[0].Fault, tt.want)
			}
		}
	}
}

// Whatever Python is, its reader comes to an end.
func FuzzPythonTests(f *testing.F) {
	for _, tt := range pythonCases {
		f.Add(tt.code)
	}
	for _, s := range []string{"with (open(a) as f, b): pass", "x = y = [a for a in b if c]", "f(*a, **b, c=d)[1:2, ::3]", "match x:\n case {'a': 1}: pass\n", "a = b if c else d, e", "def f(a: int = 1, *, b) -> c: return", "lambda x, y=1: (x, y)", "assert(x, y)", "f'{a!r:>{w}}'", "print >> x, y", "x: int", "@a\n@b(c)\nclass D(E, metaclass=F): pass", "a[b][c](d).e = f += g"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, code string) {
		if len(code) < 4096 {
			testcode.Read("py", code, nil)
		}
	})
}
