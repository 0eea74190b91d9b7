using Coppice.Objects.Meta;

namespace Coppice.Controllers.Runtime;

/// <summary>A selector as Go prints it, which is what Kubernetes has in its messages.</summary>
internal static class SelectorText
{
    /// <summary>A selector as it is asked with: "app=web,tier in (a,b)".</summary>
    public static string QueryOf(LabelSelector selector) => string.Join(
        ',',
        [
            .. selector.MatchLabels.Select(one => $"{one.Key}={one.Value}"),
            .. selector.MatchExpressions.Select(one => one.Operator switch
            {
                LabelSelectorOperator.Exists => one.Key,
                LabelSelectorOperator.DoesNotExist => $"!{one.Key}",
                LabelSelectorOperator.In => $"{one.Key} in ({string.Join(',', one.Values)})",
                _ => $"{one.Key} notin ({string.Join(',', one.Values)})",
            }),
        ]);

    public static string Of(LabelSelector? selector)
    {
        if (selector is null)
        {
            return "nil";
        }

        var labels = string.Concat(selector.MatchLabels.Select(one => $"{one.Key}: {one.Value},"));
        var expressions = string.Concat(selector.MatchExpressions.Select(
            one => $"LabelSelectorRequirement{{Key:{one.Key},Operator:{one.Operator},Values:[{string.Join(' ', one.Values)}],}},"));
        return $"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}";
    }
}
