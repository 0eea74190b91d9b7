using Coppice.ApiServer.Kinds.Custom;
using Coppice.ApiServer.Tests.Http;
using Coppice.Objects;
using Xunit;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>Kinds that were made at run time are applied as their schema says, and what it does not name as the values are.</summary>
public sealed class CustomKindApplyTests(ServedApi api) : IClassFixture<ServedApi>
{
    private const string Head = "\"apiVersion\":\"shop.example.com/v1\",\"kind\":\"Menu\",\"metadata\":{\"name\":\"m\"}";

    private static readonly ObjectSchema Dish = new(
        "Dish", "com.example.shop", [Field("name", ValueSchema.Scalar(ValueShape.String)), Field("price", ValueSchema.Scalar(ValueShape.Int64)), Field("size", ValueSchema.Scalar(ValueShape.String), new FieldAttribute(0) { Default = "small" })]);

    private static readonly ObjectSchema Spec = new(
        "MenuSpec",
        "com.example.shop",
        [
            Field("dishes", ValueSchema.ListOf(ValueSchema.Of(() => Dish)), new FieldAttribute(0) { List = ListType.Map, ListKeys = "name,size" }),
            Field("tags", ValueSchema.ListOf(ValueSchema.Scalar(ValueShape.String)), new FieldAttribute(0) { List = ListType.Set }),
            Field("hours", ValueSchema.ListOf(ValueSchema.Scalar(ValueShape.String))),
            Field("any", ValueSchema.Anything),
        ])
    { KeepsUnknown = true };

    private static readonly Kind Menus = MakeKind();

    [Fact]
    public async Task A_custom_kind_is_applied_by_its_schema()
    {
        var space = (await api.NewNamespaceAsync()).Split('/')[^1];
        var menu = $"/apis/shop.example.com/v1/namespaces/{space}/menus/m";
        api.Kinds.Add(CustomKind.Served(Menus, hasStatus: true));
        try
        {
            var made = await ApplyAsync(menu, "one", """{"dishes":[{"name":"soup","price":3}],"tags":["a"],"hours":["9"],"any":{"a":{"b":1},"c":[1]},"odd":{"x":1},"status":1}""");
            Assert.Equal(201, made.Code);
            Assert.Equal(
                ["""one Apply shop.example.com/v1 {"f:spec":{"f:any":{"f:a":{".":{},"f:b":{}},"f:c":{}},"f:dishes":{"k:{\"name\":\"soup\",\"size\":\"small\"}":{".":{},"f:name":{},"f:price":{}}},"f:hours":{},"f:odd":{".":{},"f:x":{}},"f:status":{},"f:tags":{"v:\"a\"":{}}}}"""],
                made.Owners());
            var second = (await ApplyAsync(menu, "two", """{"dishes":[{"name":"bread","size":"large"},{"name":"soup"}],"tags":["b"],"any":{"a":{"d":2}}}""")).Good();
            Assert.Equal("""["bread","soup"]""", $"[{string.Join(',', second.Body!["spec"]!["dishes"]!.AsArray().Select(dish => dish!["name"]!.ToJsonString()))}]");
            Assert.Equal("""{"a":{"b":1,"d":2},"c":[1]}""", second.Body["spec"]!["any"]!.ToJsonString());
            Assert.Equal("""["a","b"]""", second.Body["spec"]!["tags"]!.ToJsonString());
            Assert.Equal(
                "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.any.c\n- .spec.dishes[name=\"soup\",size=\"small\"].price",
                (await ApplyAsync(menu, "two", """{"dishes":[{"name":"soup","price":4}],"any":{"c":[2]}}""")).Refused(409, "Conflict"));
            var gone = (await ApplyAsync(menu, "one", """{"hours":["9"]}""")).Good();
            Assert.Equal("""{"a":{"d":2}}""", gone.Body!["spec"]!["any"]!.ToJsonString());
            Assert.Null(gone.Body["spec"]!["odd"]);
            Assert.Equal(415, (await api.SendAsync("PATCH", menu, "{}", "application/strategic-merge-patch+json")).Code);

            // Another client's update of a kind that says nothing by itself owns also that there is a spec.
            (await api.SendAsync("DELETE", menu)).Good();
            var posted = (await api.PostAsync($"{menu[..menu.LastIndexOf('/')]}?fieldManager=maker", """{HEAD,"spec":{"tags":["a"]}}""".Replace("HEAD", Head))).Good();
            Assert.Equal(["""maker Update shop.example.com/v1 {"f:spec":{".":{},"f:tags":{".":{},"v:\"a\"":{}}}}"""], posted.Owners());
        }
        finally
        {
            api.Kinds.Remove(Menus);
        }
    }

    private Task<Answer> ApplyAsync(string menu, string manager, string spec) =>
        api.ApplyAsync($"{menu}?fieldManager={manager}", """{HEAD,"spec":SPEC}""".Replace("HEAD", Head).Replace("SPEC", spec));

    private static FieldSchema Field(string name, ValueSchema value, FieldAttribute? facts = null) => new(name, value, facts ?? new FieldAttribute(0), "Menu");

    private static Kind MakeKind()
    {
        var schema = new ObjectSchema(
            "Menu",
            "com.example.shop",
            [
                .. RecordSchemas.Of<CustomObject>().Fields,
                Field("spec", ValueSchema.Of(() => Spec)),
                Field("status", ValueSchema.Anything),
            ]);
        return new Kind { Group = "shop.example.com", Version = "v1", Name = "Menu", Resource = "menus", Schema = schema, Format = new CustomFormat(schema) };
    }
}
