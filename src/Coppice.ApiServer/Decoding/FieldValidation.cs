namespace Coppice.ApiServer.Decoding;

/// <summary>What is done about unknown and duplicate fields, as the request's fieldValidation asks.</summary>
public enum FieldValidation
{
    /// <summary>They are dropped in silence.</summary>
    Ignore,

    /// <summary>They are dropped, and the answer carries a warning for each; what is done if the request does not say.</summary>
    Warn,

    /// <summary>The request is refused.</summary>
    Strict,
}
