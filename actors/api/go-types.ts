//! kube-apiserver's own types (pkg/apis/core/types.go): their fields as Go prints them, in their order. `Name` is a
//! text, `Name#` a number, `Name!` true or false, `Name?` what may be missing, `Name:Type` a struct, `Name:Type?` one
//! that may be missing, `Name:Type[]` a list of them; `=name` where JSON's name is not the usual one.

export const GO_TYPES: Readonly<Record<string, string>> = {
  Affinity: 'NodeAffinity:NodeAffinity? PodAffinity:PodAffinity? PodAntiAffinity:PodAffinity?',
  AppArmorProfile: 'Type LocalhostProfile?',
  AWSElasticBlockStore: 'VolumeID FSType Partition# ReadOnly!',
  AzureDisk: 'DiskName DataDiskURI=diskURI CachingMode? FSType? ReadOnly? Kind?',
  AzureFile: 'SecretName ShareName ReadOnly!',
  AzureFilePV: 'SecretName ShareName ReadOnly! SecretNamespace?',
  Capabilities: 'Add? Drop?',
  CephFS: 'Monitors? Path User SecretFile SecretRef:LocalObjectReference? ReadOnly!',
  CephFSPV: 'Monitors? Path User SecretFile SecretRef:SecretReference? ReadOnly!',
  Cinder: 'VolumeID FSType ReadOnly! SecretRef:LocalObjectReference?',
  CinderPV: 'VolumeID FSType ReadOnly! SecretRef:SecretReference?',
  ConfigMapNodeConfigSource: 'Namespace Name UID ResourceVersion KubeletConfigKey',
  ConfigMapProjection: 'Name Items:KeyToPath[] Optional?',
  ConfigMapVolume: 'Name Items:KeyToPath[] DefaultMode? Optional?',
  Container: `Name Image Command? Args? WorkingDir Ports:ContainerPort[] EnvFrom:EnvFromSource[] Env:EnvVar[]
    Resources:ResourceRequirements ResizePolicy:ContainerResizePolicy[] RestartPolicy?
    RestartPolicyRules:ContainerRestartRule[] VolumeMounts:VolumeMount[] VolumeDevices:VolumeDevice[]
    LivenessProbe:Probe? ReadinessProbe:Probe? StartupProbe:Probe? Lifecycle:Lifecycle? TerminationMessagePath
    TerminationMessagePolicy ImagePullPolicy SecurityContext:SecurityContext? Stdin! StdinOnce! TTY!`,
  ContainerPort: 'Name HostPort# ContainerPort# Protocol HostIP',
  ContainerResizePolicy: 'ResourceName RestartPolicy',
  ContainerRestartRule: 'Action ExitCodes:ContainerRestartRuleOnExitCodes?',
  ContainerRestartRuleOnExitCodes: 'Operator Values?',
  CSI: 'Driver ReadOnly? FSType? VolumeAttributes? NodePublishSecretRef:LocalObjectReference?',
  CSIPV: `Driver VolumeHandle ReadOnly! FSType VolumeAttributes? ControllerPublishSecretRef:SecretReference?
    NodeStageSecretRef:SecretReference? NodePublishSecretRef:SecretReference?
    ControllerExpandSecretRef:SecretReference? NodeExpandSecretRef:SecretReference?`,
  DownwardAPIFile: 'Path FieldRef:ObjectFieldSelector? ResourceFieldRef:ResourceFieldSelector? Mode?',
  DownwardAPIProjection: 'Items:DownwardAPIFile[]',
  DownwardAPIVolume: 'Items:DownwardAPIFile[] DefaultMode?',
  EmptyDir: 'Medium SizeLimit?',
  EnvFromSource: 'Prefix ConfigMapRef:OptionalReference? SecretRef:OptionalReference?',
  EnvVar: 'Name Value ValueFrom:EnvVarSource?',
  EnvVarSource: `FieldRef:ObjectFieldSelector? ResourceFieldRef:ResourceFieldSelector? ConfigMapKeyRef:KeySelector?
    SecretKeyRef:KeySelector? FileKeyRef:FileKeySelector?`,
  Ephemeral: 'VolumeClaimTemplate:PersistentVolumeClaimTemplate?',
  EphemeralContainer: `Name Image Command? Args? WorkingDir Ports:ContainerPort[] EnvFrom:EnvFromSource[] Env:EnvVar[]
    Resources:ResourceRequirements ResizePolicy:ContainerResizePolicy[] RestartPolicy?
    RestartPolicyRules:ContainerRestartRule[] VolumeMounts:VolumeMount[] VolumeDevices:VolumeDevice[]
    LivenessProbe:Probe? ReadinessProbe:Probe? StartupProbe:Probe? Lifecycle:Lifecycle? TerminationMessagePath
    TerminationMessagePolicy ImagePullPolicy SecurityContext:SecurityContext? Stdin! StdinOnce! TTY!
    TargetContainerName`,
  EventSource: 'Component Host',
  ExecAction: 'Command?',
  FC: 'TargetWWNs? Lun? FSType ReadOnly! WWIDs?=wwids',
  FileKeySelector: 'VolumeName Path Key Optional?',
  FlexPV: 'Driver FSType SecretRef:SecretReference? ReadOnly! Options?',
  FlexVolume: 'Driver FSType SecretRef:LocalObjectReference? ReadOnly! Options?',
  Flocker: 'DatasetName DatasetUUID',
  GCEPersistentDisk: 'PDName FSType Partition# ReadOnly!',
  GitRepo: 'Repository Revision Directory',
  Glusterfs: 'EndpointsName=endpoints Path ReadOnly!',
  GlusterfsPV: 'EndpointsName=endpoints Path ReadOnly! EndpointsNamespace?',
  GRPCAction: 'Port# Service?',
  HostAlias: 'IP Hostnames?',
  HostPath: 'Path Type?',
  HTTPGetAction: 'Path Port# Host Scheme HTTPHeaders:NameValue[]',
  Image: 'Reference PullPolicy',
  ISCSI: `TargetPortal IQN Lun# ISCSIInterface FSType ReadOnly! Portals? DiscoveryCHAPAuth!=chapAuthDiscovery
    SessionCHAPAuth!=chapAuthSession SecretRef:LocalObjectReference? InitiatorName?`,
  ISCSIPV: `TargetPortal IQN Lun# ISCSIInterface FSType ReadOnly! Portals? DiscoveryCHAPAuth!=chapAuthDiscovery
    SessionCHAPAuth!=chapAuthSession SecretRef:SecretReference? InitiatorName?`,
  KeySelector: 'Name Key Optional?',
  KeyToPath: 'Key Path Mode?',
  Lifecycle: 'PostStart:LifecycleHandler? PreStop:LifecycleHandler? StopSignal?',
  LifecycleHandler: 'Exec:ExecAction? HTTPGet:HTTPGetAction? TCPSocket:TCPSocketAction? Sleep:SleepAction?',
  Local: 'Path FSType?',
  LocalObjectReference: 'Name',
  Name: 'Name',
  NameValue: 'Name Value',
  NFS: 'Server Path ReadOnly!',
  NodeAddress: 'Type Address',
  NodeAffinity: `RequiredDuringSchedulingIgnoredDuringExecution:NodeSelector?
    PreferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm[]`,
  NodeConfigSource: 'ConfigMap:ConfigMapNodeConfigSource?',
  NodeSelector: 'NodeSelectorTerms:NodeSelectorTerm[]',
  NodeSelectorRequirement: 'Key Operator Values?',
  NodeSelectorTerm: 'MatchExpressions:NodeSelectorRequirement[] MatchFields:NodeSelectorRequirement[]',
  ObjectFieldSelector: 'APIVersion FieldPath',
  ObjectReference: 'Kind Namespace Name UID APIVersion ResourceVersion FieldPath',
  OptionalReference: 'Name Optional?',
  PersistentVolumeClaim: 'ClaimName ReadOnly!',
  PersistentVolumeClaimSpec: `AccessModes? Selector? Resources:VolumeResourceRequirements VolumeName
    StorageClassName? VolumeMode? DataSource:TypedLocalObjectReference? DataSourceRef:TypedObjectReference?
    VolumeAttributesClassName?`,
  PersistentVolumeClaimTemplate: 'ObjectMeta?=metadata Spec:PersistentVolumeClaimSpec',
  PersistentVolumeSource: `GCEPersistentDisk:GCEPersistentDisk? AWSElasticBlockStore:AWSElasticBlockStore?
    HostPath:HostPath? Glusterfs:GlusterfsPV? NFS:NFS? RBD:RBDPV? Quobyte:Quobyte? ISCSI:ISCSIPV?
    FlexVolume:FlexPV? Cinder:CinderPV? CephFS:CephFSPV?=cephfs FC:FC? Flocker:Flocker? AzureFile:AzureFilePV?
    VsphereVolume:VsphereVolume? AzureDisk:AzureDisk? PhotonPersistentDisk:PhotonPersistentDisk?
    PortworxVolume:PortworxVolume? ScaleIO:ScaleIOPV? Local:Local? StorageOS:StorageOSPV?=storageos CSI:CSIPV?`,
  PhotonPersistentDisk: 'PdID FSType',
  PodAffinity: `RequiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]
    PreferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[]`,
  PodAffinityTerm: 'LabelSelector? Namespaces? TopologyKey NamespaceSelector? MatchLabelKeys? MismatchLabelKeys?',
  PodDNSConfig: 'Nameservers? Searches? Options:PodDNSConfigOption[]',
  PodDNSConfigOption: 'Name Value?',
  PodIP: 'IP',
  PodReadinessGate: 'ConditionType',
  PodResourceClaim: 'Name ResourceClaimName? ResourceClaimTemplateName?',
  PodSecurityContext: `HostNetwork! HostPID! HostIPC! ShareProcessNamespace? HostUsers? SELinuxOptions:SELinuxOptions?
    WindowsOptions:WindowsOptions? RunAsUser? RunAsGroup? RunAsNonRoot? SupplementalGroups?
    SupplementalGroupsPolicy? FSGroup? FSGroupChangePolicy? Sysctls:NameValue[] SeccompProfile:SeccompProfile?
    AppArmorProfile:AppArmorProfile? SELinuxChangePolicy?`,
  PodSpec: `Volumes:Volume[] InitContainers:Container[] Containers:Container[]
    EphemeralContainers:EphemeralContainer[] RestartPolicy TerminationGracePeriodSeconds? ActiveDeadlineSeconds?
    DNSPolicy NodeSelector? ServiceAccountName AutomountServiceAccountToken? NodeName
    SecurityContext:PodSecurityContext? ImagePullSecrets:LocalObjectReference[] Hostname Subdomain SetHostnameAsFQDN?
    Affinity:Affinity? SchedulerName Tolerations:Toleration[] HostAliases:HostAlias[] PriorityClassName Priority?
    PreemptionPolicy? DNSConfig:PodDNSConfig? ReadinessGates:PodReadinessGate[] RuntimeClassName? Overhead?
    EnableServiceLinks? TopologySpreadConstraints:TopologySpreadConstraint[] OS:Name? SchedulingGates:Name[]
    ResourceClaims:PodResourceClaim[] Resources:ResourceRequirements? HostnameOverride? SchedulingGroup?`,
  PortworxVolume: 'VolumeID FSType ReadOnly!',
  PreferredSchedulingTerm: 'Weight# Preference:NodeSelectorTerm',
  Probe: `Exec:ExecAction? HTTPGet:HTTPGetAction? TCPSocket:TCPSocketAction? GRPC:GRPCAction? InitialDelaySeconds#
    TimeoutSeconds# PeriodSeconds# SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds?`,
  Projected: 'Sources:VolumeProjection[] DefaultMode?',
  Quobyte: 'Registry Volume ReadOnly! User Group Tenant',
  RBD: `CephMonitors?=monitors RBDImage=image FSType RBDPool=pool RadosUser=user Keyring
    SecretRef:LocalObjectReference? ReadOnly!`,
  RBDPV: `CephMonitors?=monitors RBDImage=image FSType RBDPool=pool RadosUser=user Keyring SecretRef:SecretReference?
    ReadOnly!`,
  ResourceClaim: 'Name Request',
  ResourceFieldSelector: 'ContainerName Resource Divisor?',
  ResourceRequirements: 'Limits? Requests? Claims:ResourceClaim[]',
  ScaleIO: `Gateway System SecretRef:LocalObjectReference? SSLEnabled! ProtectionDomain StoragePool StorageMode
    VolumeName FSType ReadOnly!`,
  ScaleIOPV: `Gateway System SecretRef:SecretReference? SSLEnabled! ProtectionDomain StoragePool StorageMode
    VolumeName FSType ReadOnly!`,
  ScopedResourceSelectorRequirement: 'ScopeName Operator Values?',
  ScopeSelector: 'MatchExpressions:ScopedResourceSelectorRequirement[]',
  SeccompProfile: 'Type LocalhostProfile?',
  SecretProjection: 'Name Items:KeyToPath[] Optional?',
  SecretReference: 'Name Namespace',
  SecretVolume: 'SecretName Items:KeyToPath[] DefaultMode? Optional?',
  SecurityContext: `Capabilities:Capabilities? Privileged? SELinuxOptions:SELinuxOptions? WindowsOptions:WindowsOptions?
    RunAsUser? RunAsGroup? RunAsNonRoot? ReadOnlyRootFilesystem? AllowPrivilegeEscalation? ProcMount?
    SeccompProfile:SeccompProfile? AppArmorProfile:AppArmorProfile?`,
  SELinuxOptions: 'User Role Type Level',
  ServiceAccountTokenProjection: 'Audience ExpirationSeconds# Path',
  SleepAction: 'Seconds#',
  StorageOS: 'VolumeName VolumeNamespace FSType ReadOnly! SecretRef:LocalObjectReference?',
  StorageOSPV: 'VolumeName VolumeNamespace FSType ReadOnly! SecretRef:ObjectReference?',
  Taint: 'Key Value Effect TimeAdded?',
  TCPSocketAction: 'Port# Host',
  Toleration: 'Key Operator Value Effect TolerationSeconds?',
  TopologySpreadConstraint: `MaxSkew# TopologyKey WhenUnsatisfiable LabelSelector? MinDomains? NodeAffinityPolicy?
    NodeTaintsPolicy? MatchLabelKeys?`,
  TypedLocalObjectReference: 'APIGroup? Kind Name',
  TypedObjectReference: 'APIGroup? Kind Name Namespace?',
  Volume: `Name HostPath:HostPath? EmptyDir:EmptyDir? GCEPersistentDisk:GCEPersistentDisk?
    AWSElasticBlockStore:AWSElasticBlockStore? GitRepo:GitRepo? Secret:SecretVolume? NFS:NFS? ISCSI:ISCSI?
    Glusterfs:Glusterfs? PersistentVolumeClaim:PersistentVolumeClaim? RBD:RBD? Quobyte:Quobyte?
    FlexVolume:FlexVolume? Cinder:Cinder? CephFS:CephFS?=cephfs Flocker:Flocker? DownwardAPI:DownwardAPIVolume?
    FC:FC? AzureFile:AzureFile? ConfigMap:ConfigMapVolume? VsphereVolume:VsphereVolume? AzureDisk:AzureDisk?
    PhotonPersistentDisk:PhotonPersistentDisk? Projected:Projected? PortworxVolume:PortworxVolume? ScaleIO:ScaleIO?
    StorageOS:StorageOS?=storageos CSI:CSI? Ephemeral:Ephemeral? Image:Image?`,
  VolumeDevice: 'Name DevicePath',
  VolumeMount: 'Name ReadOnly! RecursiveReadOnly? MountPath SubPath MountPropagation? SubPathExpr',
  VolumeNodeAffinity: 'Required:NodeSelector?',
  VolumeProjection: `Secret:SecretProjection? DownwardAPI:DownwardAPIProjection? ConfigMap:ConfigMapProjection?
    ServiceAccountToken:ServiceAccountTokenProjection? ClusterTrustBundle? PodCertificate?`,
  VolumeResourceRequirements: 'Limits? Requests?',
  VsphereVolume: 'VolumePath FSType StoragePolicyName StoragePolicyID',
  WeightedPodAffinityTerm: 'Weight# PodAffinityTerm:PodAffinityTerm',
  WindowsOptions: 'GMSACredentialSpecName? GMSACredentialSpec? RunAsUserName? HostProcess?',
};
