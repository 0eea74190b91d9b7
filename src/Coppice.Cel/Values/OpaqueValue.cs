namespace Coppice.Cel.Values;

/// <summary>A value of a library: only the functions of that library see what is in it.</summary>
/// <param name="type">As in "kubernetes.Quantity".</param>
public abstract class OpaqueValue(string type) : CelValue
{
    public sealed override string TypeName => type;
}
