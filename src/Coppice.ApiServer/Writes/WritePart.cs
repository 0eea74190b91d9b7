using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Objects;

namespace Coppice.ApiServer.Writes;

/// <summary>What of a write makes its client the owner of fields.</summary>
internal enum Tracking
{
    /// <summary>All that it asks for and that was not so before.</summary>
    WhatIsAsked,

    /// <summary>What of that reaches the object.</summary>
    WhatIsStored,

    /// <summary>Nothing: the server itself does it.</summary>
    Nothing,
}

/// <summary>
/// A part of an object that is written by itself: the whole, its status, its scale, its node. It says what is asked for there, and what
/// of that reaches the object. All members are pure.
/// </summary>
internal abstract class WritePart
{
    /// <summary>What is sent is not the object itself but says something about it: it has metadata and rules of its own.</summary>
    public virtual bool IsView => false;

    /// <summary>What of it gets an owner.</summary>
    public virtual Tracking Tracks => IsView ? Tracking.WhatIsStored : Tracking.WhatIsAsked;

    /// <summary>What clients send.</summary>
    public virtual ExpectedObject Takes(Kind kind) => kind;

    /// <summary>What clients see.</summary>
    public virtual ServedKind Shows(ServedKind served) => served;

    public virtual ObjectForm View(ServedKind served, ObjectForm form) => form;

    /// <summary>Refuses what makes no sense whatever is there.</summary>
    /// <returns>The request, with what a body says about how to do it.</returns>
    public virtual WriteRequest Open(WriteRequest request, WriteChange change) => request;

    /// <summary>The version that is there, in the form in which a new one is asked for; null where nothing is replaced.</summary>
    public virtual KubernetesObject? Before(PendingWrite write) => write.Current?.Item;

    /// <summary>The object as it would be stored: what may be written here from what was asked for, and all else from the old version.</summary>
    /// <returns>Null if it goes at once.</returns>
    public abstract KubernetesObject? Prepare(PendingWrite write, KubernetesObject? item);

    /// <summary>Everything that is wrong with the object as it would be stored.</summary>
    public virtual Findings<FieldError> Validate(PendingWrite write, KubernetesObject item) =>
        [.. MetadataErrors(write, item), .. write.Strategy.ValidateUpdate(item, write.Old)];

    /// <summary>What is right but unwise about what was written.</summary>
    /// <param name="item">As it is now.</param>
    public virtual IReadOnlyList<string> Warnings(PendingWrite write, KubernetesObject item) => [];

    protected static Findings<FieldError> MetadataErrors(PendingWrite write, KubernetesObject item) =>
        ObjectMetaValidation.ValidateUpdate(item.Metadata, write.Old.Metadata, write.Request.Kind);
}
