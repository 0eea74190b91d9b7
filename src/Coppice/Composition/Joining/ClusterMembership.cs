using System.Security.Cryptography.X509Certificates;

namespace Coppice.Composition.Joining;

/// <summary>A cluster on another machine that this one is a node of.</summary>
internal sealed record ClusterMembership(Uri Server, X509Certificate2 Authority, NodeKeys Keys, NodeCertificates Certificates, ClusterSettings Settings);
