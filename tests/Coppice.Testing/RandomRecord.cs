using System.Reflection;
using Coppice.Objects;

namespace Coppice.Testing;

/// <summary>Records of any type with whatever code may have put into them, also what JSON cannot tell. From a seed.</summary>
/// <param name="oddities">How many of a thousand values are such.</param>
public sealed class RandomRecord(Random random, int oddities)
{
    private const int DepthMax = 5;

    private static readonly DateTimeOffset Moment = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public object Of(Type type) => Record(type, 0);

    private object Record(Type type, int depth)
    {
        var made = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null))
        {
            if (random.Next(2 + depth) == 0 && Value(property.PropertyType, depth + 1) is { } value)
            {
                property.SetValue(made, value);
            }
        }

        return made;
    }

    private object? Value(Type declared, int depth)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsGenericType)
        {
            return depth > DepthMax ? null : typeof(RandomRecord)
                .GetMethod(type.GetGenericTypeDefinition() == typeof(ValueList<>) ? nameof(List) : nameof(Map), BindingFlags.NonPublic | BindingFlags.Instance)!
                .MakeGenericMethod(type.GetGenericArguments())
                .Invoke(this, [depth]);
        }

        return type switch
        {
            _ when type == typeof(string) => One("", "half \ud83d", "text", "ex\u00e4mple \ud83c\udf33"),
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ when type == typeof(int) => random.Next(-1, 3),
            _ when type == typeof(long) => random.NextInt64(-1, 3),
            _ when type == typeof(double) => random.Next(3) / 2.0,
            _ when type == typeof(DateTimeOffset) => One(Moment.AddMilliseconds(1), Moment.ToOffset(TimeSpan.FromHours(1)), Moment, Moment.AddDays(1)),
            _ when type == typeof(MicroTime) => One<MicroTime>(new(Moment.AddTicks(1)), new(Moment.ToOffset(TimeSpan.FromHours(1))), Moment, Moment.AddTicks(10)),
            _ when type == typeof(Quantity) => Quantity.Parse(One("0Mi", "512e0", "64Mi", "1500m")),
            _ when type == typeof(IntOrString) => random.Next(2) == 0 ? new IntOrString(random.Next(3)) : new IntOrString(One("half \ud83d", "", "50%", "web")),
            _ when type == typeof(Base64Data) => Base64Data.FromText(One("", "hello", "hello", "other")),
            _ when type == typeof(JsonValue) => JsonValue.Parse(One("1.0", "null", "{\"a\":[1]}", "\"text\"")),
            _ when type == typeof(FieldsV1) => FieldsV1.Of(System.Text.Encoding.UTF8.GetBytes(One("{\"f:a\": {}}", "{\"f:\\u0061\":{}}", "{\"f:a\":{}}", "{\"f:b\":{}}"))),
            _ => depth > DepthMax || !type.IsClass || type.GetConstructor([]) is null ? null : Record(type, depth),
        };
    }

    private ValueList<T> List<T>(int depth) => Enumerable.Range(0, random.Next(3)).Select(_ => (T)Value(typeof(T), depth)!).ToValueList();

    private ValueMap<T> Map<T>(int depth) =>
        Enumerable.Range(0, random.Next(3)).Select(_ => KeyValuePair.Create(One("half \ud83d", "", "a", "b"), (T)Value(typeof(T), depth)!)).ToValueMap();

    /// <param name="odd">The last two are what JSON tells as it is.</param>
    private T One<T>(params ReadOnlySpan<T> odd) => odd[random.Next(1000) < oddities ? random.Next(2) : random.Next(2, 4)];
}
