namespace Coppice.Cel.Values;

/// <summary>Values as errors name them.</summary>
internal static class ValueText
{
    public static string Of(CelValue value) => value switch
    {
        StringValue text => text.Value,
        NumberValue number => number.Text,
        BoolValue flag => flag.Value ? "true" : "false",
        _ => value.TypeName,
    };
}
