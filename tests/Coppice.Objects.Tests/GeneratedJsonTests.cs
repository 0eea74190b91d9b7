using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coppice.Testing;

namespace Coppice.Objects.Tests;

/// <summary>What the generated halves of the records write, beside what System.Text.Json writes by the same attributes.</summary>
public sealed class GeneratedJsonTests
{
    private const int Rounds = 20;
    private const int Spoilt = 5;

    public static TheoryData<Type> Types => EveryTypeTests.Types;

    [Theory]
    [MemberData(nameof(Types))]
    public void A_record_writes_itself_as_the_serializer_would(Type type)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var item = new RandomRecord(new Random(seed), oddities: seed % 3 * 10).Of(type);
            Assert.Equal(BySerializer(item), ByItself(Assert.IsType<IJsonRecord>(item, exactMatch: false)));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void With_nothing_set_or_everything_too(Type type)
    {
        foreach (var json in (string[])["{}", Sample.Of(RecordSchemas.Of(type))])
        {
            var item = ApiJson.Read(Encoding.UTF8.GetBytes(json), type);
            Assert.Equal(BySerializer(item), ByItself((IJsonRecord)item));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_record_is_read_as_the_serializer_would_read_it(Type type)
    {
        var read = ReaderOf(type);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var json = BySerializer(new RandomRecord(random, oddities: seed % 3 * 10).Of(type));
            AssertReadAlike(type, read, json);
            for (var spoilt = 0; spoilt < Spoilt; spoilt++)
            {
                AssertReadAlike(type, read, SpoiltJson.Of(json, random));
            }
        }
    }

    /// <summary>Both say the same of it, and in the same words if they refuse it.</summary>
    private static void AssertReadAlike(Type type, Func<byte[], object> read, string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        Assert.Equal(Outcome(() => ApiJson.Read(text, type)), Outcome(() => read(text)));
    }

    private static string Outcome(Func<object> read)
    {
        try
        {
            return BySerializer(read());
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    /// <summary>As kinds read their objects.</summary>
    private static Func<byte[], object> ReaderOf(Type type)
    {
        var generic = typeof(GeneratedJsonTests).GetMethod(nameof(ReadRecord), BindingFlags.NonPublic | BindingFlags.Static)!;
        return generic.MakeGenericMethod(type).CreateDelegate<Func<byte[], object>>();
    }

    private static object ReadRecord<T>(byte[] json)
        where T : class, IJsonReadable<T> => ApiJson.ReadRecord<T>(json);

    private static string BySerializer(object item) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(item, ApiJson.TypeInfo(item.GetType())));

    private static string ByItself(IJsonRecord record)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            record.WriteJson(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
