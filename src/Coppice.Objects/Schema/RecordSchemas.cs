using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coppice.Objects;

/// <summary>Reads schemas off our records: their properties and their <see cref="FieldAttribute"/>s declare them. Made once a type.</summary>
public static class RecordSchemas
{
    private static readonly ConcurrentDictionary<Type, ObjectSchema> Known = new();

    public static ObjectSchema Of<T>() => Of(typeof(T));

    public static ObjectSchema Of(Type type) => Known.GetOrAdd(type, Read);

    /// <summary>A property's name in JSON.</summary>
    public static string JsonName(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The program is built with the whole of this project.")]
    private static ObjectSchema Read(Type type)
    {
        var name = type.GetCustomAttribute<SchemaNameAttribute>()?.Name ?? type.Name;
        var nullability = new NullabilityInfoContext();
        var fields = from property in type.GetProperties()
                     let facts = property.GetCustomAttribute<FieldAttribute>()
                     where facts is not null
                     select new FieldSchema(JsonName(property), ValueOf(property.PropertyType), facts, name)
                     {
                         IsPointer = IsPointer(property, facts, nullability),
                         Documentation = new(null, $"P:{property.DeclaringType!.FullName}.{property.Name}"),
                     };
        var (package, version) = HomeOf(type.Namespace!);
        return new ObjectSchema(name, package, [.. fields])
        {
            Version = version,
            IsAtomic = type.IsDefined(typeof(AtomicObjectAttribute)),
            Documentation = new(null, $"T:{type.FullName}"),
        };
    }

    /// <summary>Texts, moments and any JSON are values unless they say otherwise, though all of them may be null here; what else may be null is none.</summary>
    private static bool IsPointer(PropertyInfo property, FieldAttribute facts, NullabilityInfoContext nullability)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return facts.Pointer
            || (type != typeof(string) && type != typeof(DateTimeOffset) && type != typeof(MicroTime) && type != typeof(JsonElement)
                && (type != property.PropertyType || (!type.IsValueType && nullability.Create(property).ReadState == NullabilityState.Nullable)));
    }

    /// <summary>Our namespaces end as Kubernetes' packages do: with the group, and with the version where it is not the first.</summary>
    private static (string Package, string Version) HomeOf(string space)
    {
        var names = space.ToLowerInvariant().Split('.');
        var (group, version) = names[^1] is ['v', >= '0' and <= '9', ..] ? (names[^2], names[^1]) : (names[^1], "v1");
        var package = group switch
        {
            "meta" => "io.k8s.apimachinery.pkg.apis.meta",
            "apiextensions" => "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
            "apiregistration" => "io.k8s.kube-aggregator.pkg.apis.apiregistration",
            _ => $"io.k8s.api.{group}",
        };
        return (package, version);
    }

    private static ValueSchema ValueOf(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsGenericType)
        {
            var element = ValueOf(type.GetGenericArguments()[0]);
            return type.GetGenericTypeDefinition() == typeof(ValueList<>) ? ValueSchema.ListOf(element) : ValueSchema.MapOf(element);
        }

        if (type == typeof(JsonValue) || type.IsDefined(typeof(AnyJsonAttribute)))
        {
            return ValueSchema.Untyped;
        }

        return ScalarOf(type) is { } shape ? ValueSchema.Scalar(shape) : ValueSchema.Of(() => Of(type));
    }

    private static ValueShape? ScalarOf(Type type) => type switch
    {
        _ when type == typeof(string) => ValueShape.String,
        _ when type == typeof(bool) => ValueShape.Boolean,
        _ when type == typeof(int) => ValueShape.Int32,
        _ when type == typeof(long) => ValueShape.Int64,
        _ when type == typeof(double) => ValueShape.Number,
        _ when type == typeof(DateTimeOffset) => ValueShape.Time,
        _ when type == typeof(MicroTime) => ValueShape.MicroTime,
        _ when type == typeof(Quantity) => ValueShape.Quantity,
        _ when type == typeof(IntOrString) => ValueShape.IntOrString,
        _ when type == typeof(Base64Data) => ValueShape.Bytes,
        _ when type == typeof(JsonElement) || type == typeof(FieldsV1) => ValueShape.Any,
        _ => null,
    };
}
