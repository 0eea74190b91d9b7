using System.Text;
using Coppice.ApiServer.Protobuf;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Coordination;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Tests.Protobuf;

/// <summary>Encodings as they were put together by hand from the numbers of the fields. A message is in brackets, text in quotes.</summary>
public sealed class ProtobufTranscoderTests
{
    // What of these types is written though nothing is said of it: the empty text, 0 and false, by their numbers.
    private const string NoMetadata = """0a "" 12 "" 1a "" 22 "" 2a "" 32 "" 38 00 42 [ ]""";
    private const string NoContainerEnd = """6a "" 72 "" 80 01 00 88 01 00 90 01 00 a2 01 "" """;
    private const string NoSpecStart = """1a "" 32 "" 42 "" 4a "" 52 "" """;
    private const string NoSpecEnd = """60 00 68 00 82 01 "" 8a 01 "" 9a 01 "" c2 01 "" """;
    private const string NoStatus = """0a "" 1a "" 22 "" 2a "" 32 "" 4a "" 5a "" 72 "" 88 01 00""";

    [Fact]
    public void Text_numbers_and_messages_are_numbered() => AssertMessage<Pod>(
        """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","generation":300,"creationTimestamp":"2026-01-02T03:04:05Z"},"spec":{"containers":[{"name":"c"}],"hostNetwork":true,"priority":-1}}""",
        $"""
        0a [ 0a "a" 12 "" 1a "" 22 "" 2a "" 32 "" 38 ac 02 42 [ 08 a5 eb dc ca 06 10 00 ] ]
        12 [ 12 [ 0a "c" 12 "" 2a "" 42 [ ] {NoContainerEnd} ] {NoSpecStart} 58 01 {NoSpecEnd} c8 01 ff ff ff ff ff ff ff ff ff 01 ]
        1a [ {NoStatus} ]
        """);

    [Fact]
    public void Maps_are_entries_and_quantities_are_messages() => AssertMessage<Container>(
        """{"name":"c","resources":{"limits":{"cpu":"1","memory":"1Gi"}}}""",
        $"""0a "c" 12 "" 2a "" 42 [ 0a [ 0a "cpu" 12 [ 0a "1" ] ] 0a [ 0a "memory" 12 [ 0a "1Gi" ] ] ] {NoContainerEnd}""");

    [Fact]
    public void What_JSON_shows_inline_is_a_message_of_its_own() => AssertMessage<PodSpec>(
        """{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","livenessProbe":{"httpGet":{"path":"/","port":"web"},"periodSeconds":5}}]}""",
        $"""
        0a [ 0a "v" 12 [ 12 [ 0a "" ] ] ]
        12 [ 0a "c" 12 "" 2a "" 42 [ ] 52 [ 0a [ 12 [ 0a "/" 12 [ 08 01 10 00 1a "web" ] 1a "" 22 "" ] ] 10 00 18 00 20 05 28 00 30 00 ] {NoContainerEnd} ]
        {NoSpecStart} 58 00 {NoSpecEnd}
        """);

    [Fact]
    public void Fields_come_by_their_numbers_and_not_as_JSON_has_them() =>
        AssertMessage<OwnerReference>("""{"apiVersion":"v1","kind":"K","name":"n","uid":"u"}""", """0a "K" 1a "n" 22 "u" 2a "v1" """);

    [Fact]
    public void A_moment_that_is_not_there_is_an_empty_message() =>
        AssertMessage<ContainerStateTerminated>("""{"exitCode":1}""", """08 01 10 00 1a "" 22 "" 2a [ ] 32 [ ] 3a "" """);

    [Fact]
    public void A_quantity_that_is_not_there_is_zero() =>
        AssertMessage<ResourceFieldSelector>("""{"resource":"limits.cpu"}""", """0a "" 12 "limits.cpu" 1a [ 0a "0" ]""");

    [Fact]
    public void A_port_that_is_not_there_is_zero_with_all_its_fields() =>
        AssertMessage<ServicePort>("""{"port":80}""", """0a "" 12 "" 18 50 22 [ 08 00 10 00 1a "" ] 28 00""");

    [Theory]
    [InlineData("{}", "12 [ ] 1a \"\"")]
    [InlineData("""{"storageClassName":""}""", "12 [ ] 1a \"\" 2a \"\"")]
    [InlineData("""{"storageClassName":"fast","volumeName":"v"}""", "12 [ ] 1a \"v\" 2a \"fast\"")]
    public void What_may_be_absent_differs_from_what_is_empty(string json, string expected) => AssertMessage<PersistentVolumeClaimSpec>(json, expected);

    [Fact]
    public void What_is_embedded_is_there_though_nothing_is_in_it() => AssertMessage<Volume>("""{"name":"v"}""", """0a "v" 12 [ ]""");

    [Fact]
    public void A_port_may_be_a_number() => AssertMessage<TCPSocketAction>("""{"port":8080}""", """0a [ 08 00 10 90 3f 1a "" ] 12 "" """);

    [Fact]
    public void Bytes_are_bytes() => AssertMessage<Secret>(
        """{"metadata":{},"data":{"k":"AP8="},"type":"Opaque"}""", $"""0a [ {NoMetadata} ] 12 [ 0a "k" 12 02 00 ff ] 1a "Opaque" """);

    [Fact]
    public void Moments_have_their_fractions() => AssertMessage<LeaseSpec>(
        """{"holderIdentity":"a","leaseDurationSeconds":0,"renewTime":"2026-01-02T03:04:05.000006Z"}""",
        """0a "a" 10 00 22 [ 08 a5 eb dc ca 06 10 f0 2e ]""");

    [Fact]
    public void A_message_may_be_in_a_message_that_JSON_does_not_show() => AssertMessage<NamedRuleWithOperations>(
        """{"resourceNames":["n"],"operations":["CREATE"],"apiGroups":[""]}""",
        """0a "n" 12 [ 0a "CREATE" 12 [ 0a "" ] ]""");

    [Fact]
    public void Escapes_are_the_letters_that_they_stand_for() => AssertMessage<Container>(
        """{"name":"\u0063\"","command":["\ud83d\ude00"]}""", $"""0a "c\"" 12 "" 1a "😀" 2a "" 42 [ ] {NoContainerEnd}""");

    [Fact]
    public void Nothing_is_written_of_what_has_no_number_and_what_is_null_is_absent() => AssertMessage<Pod>(
        """{"kind":"Pod","metadata":{"creationTimestamp":null,"unheardOf":{"a":[1,{}]}},"spec":null}""",
        $"0a [ {NoMetadata} ] 12 [ {NoSpecStart} 58 00 {NoSpecEnd} ] 1a [ {NoStatus} ]");

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16383)]
    [InlineData(16384)]
    [InlineData(300_000)]
    public void Messages_of_any_length_have_their_length_before_them(int length)
    {
        var text = new string('x', length);
        var message = ProtobufEnvelope.MessageOf(Encoding.UTF8.GetBytes($$$"""{"exec":{"command":["{{{text}}}"]}}"""), RecordSchemas.Of<LifecycleHandler>());
        var name = Varint(length);
        Assert.Equal([0x0a, .. Varint(1 + name.Length + length), 0x0a, .. name, .. Encoding.UTF8.GetBytes(text)], message);
    }

    [Fact]
    public void Around_an_object_stand_its_mark_and_its_kind() => Assert.Equal(
        (byte[])[.. "k8s\0"u8, .. Read("""0a [ 0a "apps/v1" 12 "Deployment" ] 12 03 01 02 03 1a 00 22 00""")],
        ProtobufEnvelope.Of("apps/v1", "Deployment", [1, 2, 3]));

    private static void AssertMessage<T>(string json, string expected) =>
        Assert.Equal(Convert.ToHexStringLower(Read(expected)), Convert.ToHexStringLower(ProtobufEnvelope.MessageOf(Encoding.UTF8.GetBytes(json), RecordSchemas.Of<T>())));

    private static byte[] Read(string notation)
    {
        var open = new Stack<List<byte>>();
        var bytes = new List<byte>();
        foreach (var part in notation.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            switch (part)
            {
                case "[":
                    open.Push(bytes);
                    bytes = [];
                    break;
                case "]":
                    bytes = [.. open.Pop(), .. Varint(bytes.Count), .. bytes];
                    break;
                case ['"', .. var text, '"']:
                    var letters = Encoding.UTF8.GetBytes(text.Replace("\\\"", "\"", StringComparison.Ordinal));
                    bytes.AddRange([.. Varint(letters.Length), .. letters]);
                    break;
                default:
                    bytes.AddRange(Convert.FromHexString(part));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
