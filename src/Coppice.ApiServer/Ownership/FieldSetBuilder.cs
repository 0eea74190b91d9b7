namespace Coppice.ApiServer.Ownership;

/// <summary>A set that is put together in one place of an object; nothing takes no memory.</summary>
internal struct FieldSetBuilder
{
    private List<FieldNode>? _nodes;

    public void Add(PathElement step, bool isMember, FieldSet below)
    {
        if (isMember || !below.IsEmpty)
        {
            (_nodes ??= []).Add(new(step, isMember, below));
        }
    }

    public readonly FieldSet Build() => FieldSet.Of(_nodes);
}
