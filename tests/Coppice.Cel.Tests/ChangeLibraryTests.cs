using System.Text.Json.Nodes;
using Coppice.Cel.Evaluation;
using Coppice.Cel.Libraries;
using Coppice.Cel.Schemas;
using Coppice.Cel.Types;
using Coppice.Cel.Values;

namespace Coppice.Cel.Tests;

/// <summary>What expressions make that change objects.</summary>
public sealed class ChangeLibraryTests
{
    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType> { ["any"] = CelType.Dyn }, makesChanges: true);

    [Theory]
    [InlineData("Object{}", "{}")]
    [InlineData("Object{spec: Object.spec{replicas: 1 + 2, paused: false}}", """{"spec":{"replicas":3,"paused":false}}""")]
    [InlineData("Object{spec: Object.spec{?replicas: optional.none(), list: [Object.spec.list{a: 'b'}]}}", """{"spec":{"list":[{"a":"b"}]}}""")]
    [InlineData("Object{data: {'a': 1.5}, gone: null}", """{"data":{"a":1.5},"gone":null}""")]
    [InlineData("Object{at: timestamp('2026-01-02T03:04:05Z'), took: duration('90s'), raw: b'a'}", """{"at":"2026-01-02T03:04:05Z","took":"90s","raw":"YQ=="}""")]
    [InlineData("Object{spec: any}", """{"spec":{"x":[1]}}""")]
    [InlineData("[JSONPatch{op: 'add', path: '/a/' + jsonpatch.escapeKey('b/c~d'), value: {'x': 1}}]", """[{"op":"add","path":"/a/b~1c~0d","value":{"x":1}}]""")]
    public void What_is_made_is_JSON(string expression, string json)
    {
        var made = JsonValues.ToJson(Evaluate(expression), out var error);
        Assert.Null(error);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), made), made?.ToJsonString());
    }

    [Theory]
    [InlineData("Object{a: {1: 2}}", "map key is of type int, not string")]
    [InlineData("Object{a: quantity('1')}", "kubernetes.Quantity is no JSON")]
    [InlineData("Object{a: [0.0 / 0.0]}", "double is no JSON")]
    public void What_is_no_JSON_is_told_of(string expression, string why)
    {
        JsonValues.ToJson(Evaluate(expression), out var error);
        Assert.Equal(why, error);
    }

    [Theory]
    [InlineData("Object{spec: Object.spec{list: [Object.spec.list{}], map: {'a': Object.spec.map{}}}}", null)]
    [InlineData("Object{spec: Object.other{}}", "unexpected type name \"Object.other\", expected \"Object.spec\", which matches field name path from root Object type")]
    [InlineData("Object{spec: Object.spec{list: [Object.spec{}]}}", "unexpected type name \"Object.spec\", expected \"Object.spec.list\", which matches field name path from root Object type")]
    public void A_type_is_named_by_where_it_stands(string expression, string? mismatch) => Assert.Equal(mismatch, ChangeLibrary.FindMismatch(Evaluate(expression)));

    [Theory]
    [InlineData("JSONPatch{op: 1}", "expected type of field 'op' is 'string' but provided type is 'int'")]
    [InlineData("JSONPatch{operation: 'add'}", "undefined field 'operation'")]
    [InlineData("Other{}", "undeclared reference to 'Other' (in container '')")]
    public void What_cannot_be_made_is_no_expression(string expression, string why)
    {
        Assert.Null(Environment.Compile(expression, out var errors));
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_else_makes_changes() => Assert.Null(Sample.TryCompile("Object{}"));

    private static CelValue Evaluate(string expression)
    {
        var compiled = Environment.Compile(expression, out var errors) ?? throw new InvalidOperationException(errors);
        var any = JsonValues.Of(System.Text.Json.JsonDocument.Parse("""{"x":[1]}""").RootElement);
        return compiled.Evaluate(new Activation(new Dictionary<string, CelValue> { ["any"] = any })).Value;
    }
}
