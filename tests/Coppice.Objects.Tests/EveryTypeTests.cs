using System.Reflection;
using System.Text;
using System.Text.Json;
using Coppice.Objects.Apiextensions;

namespace Coppice.Objects.Tests;

/// <summary>What must hold for every type of the API, found by its fields.</summary>
public sealed class EveryTypeTests
{
    // Objects of kinds made at run time have their fields by those kinds.
    public static TheoryData<Type> Types => [.. typeof(KubernetesObject).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t != typeof(CustomObject) && t.GetProperties().Any(p => p.GetCustomAttribute<FieldAttribute>() is not null))
        .OrderBy(t => t.FullName, StringComparer.Ordinal)];

    // In a schema of a custom resource some fields are one thing or another, which no sample made of its own schema can show.
    public static TheoryData<Type> SampledTypes => [.. Types.Select(row => row.Data).Where(t => !Contains(RecordSchemas.Of(t), RecordSchemas.Of<JSONSchemaProps>(), []))];

    [Theory]
    [MemberData(nameof(SampledTypes))]
    public void An_empty_object_and_a_full_one_survive_a_round_trip(Type type)
    {
        var empty = ApiJson.Read("{}"u8, type);
        var emptyAgain = ApiJson.Read(Encoding.UTF8.GetBytes(Write(empty)), type);
        Assert.Equal(empty, emptyAgain);

        var json = Encoding.UTF8.GetBytes(Sample.Of(RecordSchemas.Of(type)));
        var full = ApiJson.Read(json, type);
        var written = Write(full);
        Assert.Equal(Sorted(JsonDocument.Parse(json).RootElement), Sorted(JsonDocument.Parse(written).RootElement));
        if (!written.Contains("\"any\":", StringComparison.Ordinal))
        {
            Assert.Equal(full, ApiJson.Read(Encoding.UTF8.GetBytes(written), type));
        }
    }

    [Fact]
    public void A_schema_of_a_custom_resource_survives_a_round_trip_with_all_that_may_be_one_thing_or_another()
    {
        const string Json = """
            {"type":"object","default":{"a":[1,"b",null]},"enum":[1,"2",null],"items":{"type":"string"},"allOf":[{"items":[{"type":"integer"},{}]}],
            "additionalProperties":false,"additionalItems":{"minLength":1},"dependencies":{"a":["b"],"c":{"type":"object"}},
            "properties":{"self":{"additionalProperties":{"type":"string"},"not":{"additionalItems":true}}}}
            """;
        var schema = ApiJson.Read<JSONSchemaProps>(Encoding.UTF8.GetBytes(Json));
        Assert.Equal(Sorted(JsonDocument.Parse(Json).RootElement), Sorted(JsonDocument.Parse(Write(schema)).RootElement));
        Assert.Equal(schema, ApiJson.Read<JSONSchemaProps>(Encoding.UTF8.GetBytes(Write(schema))));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_property_is_a_field_of_the_schema_with_a_number_of_its_own(Type type)
    {
        var schema = RecordSchemas.Of(type);
        var properties = type.GetProperties().Where(p => p.SetMethod is not null).Select(RecordSchemas.JsonName);
        Assert.Equal(properties.Order(StringComparer.Ordinal), schema.Fields.Select(f => f.JsonName).Order(StringComparer.Ordinal));
        var numbers = schema.Fields.Where(f => f.Facts.Number > 0).Select(f => (f.Facts.Within, f.Facts.WithinInner, f.Facts.Number)).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Merge_keys_name_fields_of_the_elements(Type type)
    {
        foreach (var field in RecordSchemas.Of(type).Fields)
        {
            if (field.Facts.MergeKey is { } key)
            {
                Assert.NotNull(field.Value.Element!.Object.Find(key));
            }

            Assert.All(field.ListKeys, k => Assert.NotNull(field.Value.Element!.Object.Find(k)));
            Assert.True(!field.Facts.MergeList || field.Value.Element!.Shape == ValueShape.String, field.JsonName);
        }
    }

    [Fact]
    public void Every_kind_is_found_by_its_names()
    {
        foreach (var kind in BuiltInKinds.All)
        {
            Assert.Same(kind, BuiltInKinds.FindKind(kind.ApiVersion, kind.Name));
            Assert.Same(kind, BuiltInKinds.Of(kind.Format.Read("{}"u8)));
            Assert.Equal(kind.Name, kind.Schema.Name);
        }
    }

    private static bool Contains(ObjectSchema schema, ObjectSchema sought, HashSet<ObjectSchema> seen) =>
        schema == sought || (seen.Add(schema) && schema.Fields.Any(field => Contains(field.Value, sought, seen)));

    private static bool Contains(ValueSchema value, ObjectSchema sought, HashSet<ObjectSchema> seen) => value.Shape switch
    {
        ValueShape.List or ValueShape.Map => Contains(value.Element!, sought, seen),
        ValueShape.Object => Contains(value.Object, sought, seen),
        _ => false,
    };

    private static string Write(object item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            ApiJson.WriteObject(writer, item);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The same JSON with sorted names, to compare by.</summary>
    private static string Sorted(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', json.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"\"{p.Name}\":{Sorted(p.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', json.EnumerateArray().Select(Sorted))}]",
        _ => json.GetRawText(),
    };
}
