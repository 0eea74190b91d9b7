using Coppice.ApiServer.Errors;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Authorization;

/// <summary>Whether some rules allow all that others do, and how people are told what is missing.</summary>
internal static class RuleCoverage
{
    /// <summary>What none of the held rules allows: each a single verb on a single thing.</summary>
    public static List<PolicyRule> Missing(IReadOnlyList<PolicyRule> held, IEnumerable<PolicyRule> wanted) =>
        [.. wanted.SelectMany(Parts).Where(part => !held.Any(rule => Covers(rule, part)))];

    /// <summary>Parts that differ by their verb alone as one line, as Kubernetes writes them.</summary>
    public static string Describe(IEnumerable<PolicyRule> parts) => string.Join('\n', parts
        .GroupBy(part => part with { Verbs = default })
        .SelectMany(alike => alike.Key.NonResourceUrls.IsEmpty ? [alike.Key with { Verbs = [.. alike.SelectMany(part => part.Verbs)] }] : alike.AsEnumerable())
        .Select(Text)
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal));

    /// <summary>Texts as Go prints a list of them.</summary>
    public static string Quoted(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(QuotedText.Of))}]";

    private static IEnumerable<PolicyRule> Parts(PolicyRule rule)
    {
        IEnumerable<ValueList<string>> names = rule.ResourceNames.IsEmpty ? [default] : rule.ResourceNames.Select(name => (ValueList<string>)[name]);
        var ofResources = from @group in rule.ApiGroups
                          from resource in rule.Resources
                          from verb in rule.Verbs
                          from name in names
                          select new PolicyRule { ApiGroups = [@group], Resources = [resource], Verbs = [verb], ResourceNames = name };
        var ofPaths = from path in rule.NonResourceUrls
                      from verb in rule.Verbs
                      select new PolicyRule { NonResourceUrls = [path], Verbs = [verb] };
        return ofResources.Concat(ofPaths);
    }

    private static bool Covers(PolicyRule rule, PolicyRule part) =>
        part.Verbs.All(verb => RoleRules.HasOrAll(rule.Verbs, verb))
        && part.ApiGroups.All(group => RoleRules.HasOrAll(rule.ApiGroups, group))
        && part.Resources.All(resource => CoversResource(rule, resource))
        && part.NonResourceUrls.All(path => rule.NonResourceUrls.Any(pattern => RoleRules.IsPath(pattern, path)))
        && (rule.ResourceNames.IsEmpty || (!part.ResourceNames.IsEmpty && part.ResourceNames.All(name => rule.ResourceNames.Contains(name))));

    private static bool CoversResource(PolicyRule rule, string resource) => RoleRules.HasOrAll(rule.Resources, resource)
        || (resource.IndexOf('/') is var slash and > 0 && rule.Resources.Contains($"*{resource[slash..]}"));

    private static string Text(PolicyRule rule)
    {
        var parts = new (string Name, ValueList<string> Values)[]
        {
            ("APIGroups", rule.ApiGroups),
            ("Resources", rule.Resources),
            ("NonResourceURLs", rule.NonResourceUrls),
            ("ResourceNames", rule.ResourceNames),
            ("Verbs", rule.Verbs),
        };
        return $"{{{string.Join(", ", parts.Where(part => !part.Values.IsEmpty).Select(part => $"{part.Name}:{Quoted(part.Values)}"))}}}";
    }
}
