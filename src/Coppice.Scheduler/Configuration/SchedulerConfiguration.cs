using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Coppice.Scheduler.Configuration;

/// <summary>Makes of a KubeSchedulerConfiguration what the scheduler goes by.</summary>
public static class SchedulerConfiguration
{
    /// <summary>Reads a file as it is, to be looked through.</summary>
    public static JsonTypeInfo<JsonElement> Anything => (JsonTypeInfo<JsonElement>)SchedulerJsonContext.Default.Options.GetTypeInfo(typeof(JsonElement));

    /// <exception cref="FormatException">It cannot be used; the message says where and why, in Kubernetes' words where it has some.</exception>
    public static SchedulerOptions Read(JsonElement file)
    {
        var form = Read(file, SchedulerJsonContext.Default.KubeSchedulerConfiguration, "");
        if ((form.ApiVersion, form.Kind) is not (KubeSchedulerConfiguration.Version, nameof(KubeSchedulerConfiguration)))
        {
            throw new FormatException($"is no {nameof(KubeSchedulerConfiguration)} of {KubeSchedulerConfiguration.Version}");
        }

        Require(form.Parallelism is null or > 0, "parallelism", $"{form.Parallelism}", "should be an integer value greater than zero");
        RequirePercent(form.PercentageOfNodesToScore, "percentageOfNodesToScore");
        var (first, longest) = (form.PodInitialBackoffSeconds ?? 1, form.PodMaxBackoffSeconds ?? 10);
        Require(first > 0, "podInitialBackoffSeconds", $"{first}", "must be greater than 0");
        Require(longest >= first, "podMaxBackoffSeconds", $"{longest}", "must be greater than or equal to PodInitialBackoffSeconds");
        Require(longest <= int.MaxValue, "podMaxBackoffSeconds", $"{longest}", $"must be at most {int.MaxValue}");
        if (form.Extenders.Count > 0)
        {
            throw new FormatException("extenders: Forbidden: this scheduler asks no extenders; take them out, and let pods that need them name another scheduler");
        }

        return SchedulerOptions.Default with
        {
            FirstPause = TimeSpan.FromSeconds(first),
            LongestPause = TimeSpan.FromSeconds(longest),
            Profiles = form.Profiles.Count == 0 ? [Profile(new(), form, "profiles[0]")] : Profiles(form),
        };
    }

    /// <summary>A value of a file in the form of a type.</summary>
    internal static T Read<T>(JsonElement value, JsonTypeInfo<T> type, string place)
    {
        try
        {
            var read = value.Deserialize(type) ?? throw new FormatException($"{Dotted(place)}Required value");
            return UnknownFields.In(value, type, place).FirstOrDefault() is { } unknown ? throw new FormatException($"unknown field \"{unknown}\"") : read;
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"{Dotted(place)}{wrong.Message}", wrong);
        }
    }

    /// <summary>Says in Kubernetes' way that a value is not good.</summary>
    internal static void Require(bool isGood, string place, string value, string why)
    {
        if (!isGood)
        {
            throw new FormatException($"{place}: Invalid value: {value}: {why}");
        }
    }

    internal static string Place(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    private static List<SchedulerProfile> Profiles(KubeSchedulerConfiguration form)
    {
        var profiles = new List<SchedulerProfile>();
        foreach (var (index, one) in form.Profiles.Index())
        {
            var place = Place("profiles", index);
            if (string.IsNullOrEmpty(one.SchedulerName) && (one.SchedulerName is not null || form.Profiles.Count > 1))
            {
                throw new FormatException($"{place}.schedulerName: Required value");
            }

            if (profiles.Exists(before => before.Name == (one.SchedulerName ?? SchedulerProfile.DefaultName)))
            {
                throw new FormatException($"{place}.schedulerName: Duplicate value: \"{one.SchedulerName}\"");
            }

            profiles.Add(Profile(one, form, place));
        }

        return profiles;
    }

    private static SchedulerProfile Profile(ProfileForm form, KubeSchedulerConfiguration whole, string place)
    {
        RequirePercent(form.PercentageOfNodesToScore, $"{place}.percentageOfNodesToScore");
        foreach (var (point, set) in form.Plugins.All)
        {
            CheckNames(set.Enabled, $"{place}.plugins.{point}.enabled", isForAll: false);
            CheckNames(set.Disabled, $"{place}.plugins.{point}.disabled", isForAll: true);
        }

        var sets = form.Plugins;
        foreach (var (name, point, at) in (ReadOnlySpan<(string, PluginSetForm, string)>)[(Plugin.Gates, sets.PreEnqueue, "preEnqueue"), (Plugin.Sort, sets.QueueSort, "queueSort"), (Plugin.Binder, sets.Bind, "bind")])
        {
            if (!Plugin.IsOn(name, point, sets))
            {
                throw new FormatException($"{place}.plugins: {name} cannot be off here: name it in {at}.enabled, or in multiPoint.enabled");
            }
        }

        var percent = form.PercentageOfNodesToScore ?? whole.PercentageOfNodesToScore;
        return Plugin.Profile(form.SchedulerName ?? SchedulerProfile.DefaultName, sets, PluginArgumentsReader.Read(form.PluginConfig, $"{place}.pluginConfig")) with
        {
            NodesPercent = percent is null or 0 ? null : percent,
        };
    }

    private static void CheckNames(IReadOnlyList<PluginForm> plugins, string place, bool isForAll)
    {
        foreach (var (index, one) in plugins.Index())
        {
            var at = $"{Place(place, index)}.name";
            if (string.IsNullOrEmpty(one.Name))
            {
                throw new FormatException($"{at}: Required value");
            }

            if (!(isForAll && (one.Name == "*" || one.Name == "DynamicResources")) && !Plugin.All.Any(known => known.Name == one.Name))
            {
                throw new FormatException($"{at}: Unsupported value: \"{one.Name}\": supported values: {string.Join(", ", Plugin.All.Select(known => $"\"{known.Name}\""))}");
            }

            Require(one.Weight is null or >= 0, $"{Place(place, index)}.weight", $"{one.Weight}", "must not be negative");
            Require(!plugins.Take(index).Any(before => before.Name == one.Name), at, $"\"{one.Name}\"", "is there twice");
        }
    }

    private static void RequirePercent(int? percent, string place) => Require(percent is null or (>= 0 and <= 100), place, $"{percent}", "not in valid range [0-100]");

    private static string Dotted(string place) => place.Length == 0 ? "" : $"{place}: ";
}
