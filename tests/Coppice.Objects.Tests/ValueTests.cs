using System.Text;
using System.Text.Json;
using Coppice.Objects.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.Objects.Tests;

public sealed class ValueTests
{
    [Fact]
    public void Lists_that_are_part_of_every_object_are_there_without_an_element()
    {
        Assert.Contains("\"endpoints\":[],\"ports\":[]", Encoding.UTF8.GetString(ApiJson.Write(new Discovery.EndpointSlice())));
        Assert.Contains("\"currentMetrics\":[]", Encoding.UTF8.GetString(ApiJson.Write(new Autoscaling.V2.HorizontalPodAutoscaler())));
    }

    [Fact]
    public void A_port_is_a_number_or_a_name()
    {
        Assert.Equal(new IntOrString(80), ApiJson.Read<HTTPGetAction>("""{"port":80}"""u8).Port);
        Assert.Equal(new IntOrString("http"), ApiJson.Read<HTTPGetAction>("""{"port":"http"}"""u8).Port);
        Assert.Equal("""{"port":"http"}""", Encoding.UTF8.GetString(ApiJson.Write(new HTTPGetAction { Port = "http" })));
        Assert.Throws<JsonException>(() => ApiJson.Read<HTTPGetAction>("""{"port":1.5}"""u8));
    }

    [Theory]
    [InlineData("25%", 4, 1, 1)]
    [InlineData("25%", 10, 3, 2)]
    [InlineData("100%", 7, 7, 7)]
    [InlineData("0%", 7, 0, 0)]
    [InlineData("1%", 1, 1, 0)]
    public void A_share_is_rounded_as_asked(string share, int total, int up, int down) =>
        Assert.Equal((up, down), (new IntOrString(share).Scale(total, roundUp: true), new IntOrString(share).Scale(total, roundUp: false)));

    [Fact]
    public void A_text_that_is_no_share_scales_to_nothing()
    {
        Assert.Null(new IntOrString("http").Scale(3, roundUp: true));
        Assert.Null(new IntOrString("%").Scale(3, roundUp: true));
        Assert.Equal(2, new IntOrString(2).Scale(10, roundUp: true));
    }

    [Theory]
    [InlineData("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z")]
    [InlineData("2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09Z")]
    [InlineData("2024-05-06T09:08:09+02:00", "2024-05-06T07:08:09Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    public void Times_are_written_in_UTC_and_whole_seconds(string text, string written)
    {
        Assert.True(ApiTime.TryRead(text, out var time));
        Assert.Equal(written, ApiTime.Write(time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2024-05-06")]
    [InlineData("2024-05-06 07:08:09Z")]
    [InlineData("2024-13-06T07:08:09Z")]
    public void What_is_no_time_is_refused(string text) => Assert.False(ApiTime.TryRead(text, out _));

    [Fact]
    public void A_micro_time_keeps_six_digits()
    {
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1234567);
        Assert.Equal("2024-05-06T07:08:09.123456Z", ((MicroTime)time).ToString());
    }

    [Fact]
    public void Lists_are_compared_by_their_elements()
    {
        ValueList<string> a = ["x", "y"];
        ValueList<string> b = ["x", "y"];
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, b.Add("z"));
        Assert.Equal(default, (ValueList<string>)[]);
        Assert.True(default(ValueList<string>).IsEmpty);
        Assert.Equal(new Container { Args = ["a"] }, new Container { Args = ["a"] });
    }

    [Fact]
    public void A_list_of_which_no_element_is_changed_is_the_very_list()
    {
        ValueList<string> list = ["a", "b", "c"];

        Assert.Equal(["a", "B", "c"], list.Change(item => item == "b" ? "B" : item));
        Assert.Equal(["a", "b", "c"], list);
        Assert.True(((IValues)list.Change(item => item)).IsVery(list));
        Assert.True(default(ValueList<string>).Change(item => item + "!").IsEmpty);
    }

    [Fact]
    public void An_empty_string_in_a_list_or_map_stays()
    {
        var container = new Container { Name = "a", Args = ["", "x"] };
        var again = ApiJson.Read<Container>(ApiJson.Write(container));
        Assert.Equal(["", "x"], again.Args.ToArray());
        var map = ApiJson.Read<ConfigMap>("""{"data":{"a":""}}"""u8);
        Assert.Equal("", map.Data["a"]);
    }

    [Fact]
    public void A_map_behaves_as_a_dictionary_sorted_by_ordinal_names() => Check.QuickThrowOnFailure(
        Prop.ForAll<(string, int)[]>(entries =>
        {
            var named = entries.Select(e => (Key: e.Item1 ?? "", Value: e.Item2)).ToArray();
            var model = new SortedDictionary<string, int>(StringComparer.Ordinal);
            ValueMap<int> map = default;
            foreach (var (key, value) in named)
            {
                model[key] = value;
                map = map.With(key, value);
            }

            var whole = new ValueMap<int>(named.Select(n => KeyValuePair.Create(n.Key, n.Value)));
            return map.SequenceEqual(model)
                && map == whole
                && map.GetHashCode() == whole.GetHashCode()
                && model.All(m => map[m.Key] == m.Value && map.Without(m.Key).Count == map.Count - 1)
                && !map.ContainsKey("\0none");
        }));

    [Fact]
    public void Bytes_are_compared_by_content_and_never_shown()
    {
        var secret = ApiJson.Read<Secret>("""{"data":{"key":"aGVsbG8="}}"""u8);
        Assert.Equal("hello", secret.Data["key"].ToText());
        Assert.Equal(Base64Data.FromText("hello"), secret.Data["key"]);
        Assert.DoesNotContain("hello", secret.ToString());
    }
}
