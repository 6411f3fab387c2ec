"""Invented texts whose numbers are clinical: doses, pressures, scores, codes, ranges, times."""

import random

MOULDS = """
metformin #00 mg bid | lisinopril #0 mg daily | insulin glargine ## units at night
vit D #0000 units weekly | amoxicillin #00-###0 mg | tylenol ##0 mg q#h prn | heparin #000 units
potassium ## mEq | gabapentin 300-600-900 mg | levothyroxine 1##mcg | MTX 1#.5 mg x 1/wk
morphine 1-2 mg IV q4-6h prn | fentanyl 2#mcg/hr patch | 1000mg x3/day | BP 1##/## | BP 1##-##
bp 9#/5# | bp 120-80 | 1##/9# on arrival, rpt 1##/8# | SBP 9#-1## | BP 1##/9# HR 9# RR 1# T 98.#
HR 9# | hr 1## | pulse 9# and regular | P 9#, R 1#, BP 1##/8# | RR 2# | 9# bpm | HR 9#-1##
heart rate in the 90s | sats 9#% | O2 9# % on room air | SpO2 95-98 % on room air | sat 9# RA
95% RA, 9#% on 2L | pulse ox 9# on 2 l | 100% NRB | temp 101.# | T 99.# | temp 98F
fever to 101F | T 102 F | 98.6 F | 98.6F oral | temp of 99F | fever 103F since last night
tmax 101F | temp: 99 F | febrile at 102F | 99F axillary | T98F | t 37.# | temp was 100F this am
38.# C | fever up to 104F | afebrile 98F, HR 8# | VS: 98F, 72, 120/80 | temperature 97F
100.4F last night | 101°F | low temp 95F | NIHSS 12 | GCS 15 | GCS 3-4-5 | pain 8/10
pain 10/10 | Apgar 8/9 | PHQ-9 score 1# | MMSE 2#/30 | CHADS2 3 | HEART score 4 | KTAS 3
ESI level 2 | Wells 4.5 | APACHE 2# | Glasgow 13/15 | strength 5/5 in all 4 | reflexes 2+
20/20 vision | 20/200 OD | ICD-10 E11.9 | ICD10 J45.909 | ICD-9 250.00 | CPT 99213
CPT code 99285 | SNOMED 195967001 | SNOMED CT: 38341003 | LOINC 4548-4 | code I10
dx code M54.5 | NDC 0591-0405-01 | HCPCS J3301 | DRG 470 | snomed code 22298006 | RxNorm 860975
SCTID 271807003 | Na 13# K 4.# Cl 10# CO2 2# BUN 1# Cr 0.9 Glu 1## | WBC 12000 | WBC 11.#
plt 250000 | Hgb 9.# | INR 2.5 | A1c 9.1 | glucose 4## | trop 0.0# | CK 1500 | BNP 12000
lactate 2.4 | creat 1.#, GFR 9# | TSH 0.01 | D-dimer 1200 | lipase 3000 | ferritin 1200
LDL 1## | urine culture >100000 CFU | platelets 95 | sed rate 9# | glucose 90-100 | BG 95
FSBS 9# this am | pH 7.35 pCO2 45 pO2 90 | pH 7.35/45/90/24 | hct 3# plt 1##
viral load 1500000 | CD4 95 | PSA 9.5 | ABG 7.32/48/92/23 | chol 200/90/100 | weight 1## lbs
wt 9# kg | 95kg | 9#.5 kg | height 170 cm | 5'10" | BMI 3#.# | 150-160 lbs | lost 10-15 lbs
100 lb | wt 101 | 3-4 days | 2-3 weeks | x 10 days | 5-7 times a day | 95 days | for 90 days
90 day supply | 24/7 | since 2019 | in may 2020 | every 4-6 hours | 10:30 | at 08:30
22:15 today | since 3 am | 0930 | at 1430 | 8-5 job | 9-5 | from 10:30-11:45 | 1/2 tab | 3/4 cup
1 1/2 weeks | 2 1/2 years | chart reviewed 2024 | policy of 3 visits | medical records from 2019
patient 2 of 3 | visit 3 this year | case of 24 | account of events | chart says 140/90
pt has 2 kids | patient on 1000 mg | social security since 2015 | social security disability
chart review 120/80 | visit in 2023 | 2nd visit | file 1 of 2 | group B strep | group 3
member of gym since 2012 | insurance changed 2023 | patient is 72 yo | pt 65 F | case 2
record of 120/80 | per record 2018 | license expired 2022 | unit 4 | policy 2024
plate in ankle 2019 | medicare since 2015 | medicaid 2023 | NHS 111 | nhs waiting 18 weeks
passport 2 | serial trops x 3 | pt no 140/90 | patient no fever x 3 | acct 2 | visit no 2
order 12 | mr 3+ | id consult 2 | pt number 4 | room 12 | bed 9 | ref range 90-100 | call 911
dial 911 | call in 10-14 days | call back in 2 weeks | called 3 times | call at 10:30
phone visit 15 min | text 2x | tel visit 3 | 72 yo | 65 y/o F | 89 years old | 89F | 45M
88 yo m | 3 mo old | 9 yo | 89-year-old | 7yoM | 18 F | age 89 | aged 45 | 12 month old
19F with cough | 90+ yo | age 90 or older | aged 90 and over | over 90 | age > 89 | age 95 days
95 pack years | 100 pack-year smoker | 98 % burns | 95th percentile | 100 meters | walks 100 m
walked 100M then stops | can walk 90 m | ran 100m | 100 M before SOB | 92 steps | 100% better
95 percent | 90 degrees flexion | ROM 0-90 | ROM 0-120 | flexion 110 | 100 beats | 12 lead
T12-L1 | L4/L5 | C5-6 | V1-V6 | S1 S2 | 2+ edema | stage 3-4 CKD | grade 2/6 murmur | 3/6 SEM
Type 2 DM | B12 1000 mcg | 1 mm ST depression | EF 55-60% | FEV1 9#% | G3P2 | G2P1001
LMP 4 wks ago | 38w2d | 36+4 weeks | FHR 140-150 | 10 cm | 4/80/-2 | 39 5/7 weeks | 3 vessel
pO2 95 | peak flow 300 | covid-19 | COVID19 x2 doses | pfizer 2/2 | H1N1 | HbA1c 95 mmol/mol
7-8/10 pain | CT chest 2019 | 64 slice CT | 3 T MRI | 2 view CXR | 4 x 4 gauze
size 10-12 lesion | 3x4x5 cm | version 2.1.10 | firmware v12.4.1 | iOS 17.2.1 | 3.5.2
step 1-2-3 | 20/20/20 rule | 10-20-30 min | 1-2-3-4 | 2 to 3 | 5-10-15 mg taper
60-40-20 mg prednisone | 40/30/20 mg | +2 pitting | +1 +2 | -2.50 +1.25 x 180
OD +2.50 -1.75 x 090 | OS -3.25 -0.50 x 175 | IOP 1#/1# | 12 hr shift, 3 days | $50 copay
$1200 bill | 1,000 mg | 10,000 steps | 2.000 mg | 5 may be worse | can march 10 min
may 5 times | sep 10 days | 3 dec in wt | on 10 mg | born at 38 weeks | born 2 weeks early
24 oct | 2 mar tabs | on 4 L | 20 minute drive | 10 feet off road | fell 12 ft off roof
3 cars in road crash | 2 blocks | 2 flights of stairs | 15 min walk down street | 40 mph
MVC 60 mph | 3 ppd x 40 yrs | 2 drinks | 6 pack | 1 PPD 20 years | hit by car at 30 mph
chart 1030: vss | CPR 1012-1024, ROSC 1024 | DNR/DNI, 1200 ml out | 3/7 hx of D&V | review in 2/52
abx for 5/7 | knee pain 3/12 | UE 5/5, LE 4/5 | vision 6/60 R, 6/9 L | IOP 14/16 | AMTS 9/10
platelets ###000 | viral load 1#00000 | IDDM 3## | cells 1#0000 | on 1/2 dose prednisone
lead imp 450/510 ohm | O2 98, P 98, R 18 | T 98, O2 98 | GCS E4V5M6 | ETOH 0.19 | 6MWT 290 m
DVT 11/2019, PE 03/2021 | shocked at 120 J, 200 J | vent AC 14/450/5/40 | EF 30, CABG 2016
100 m Gehstrecke | Gehstrecke 100 m | Kardioversion 100 J. | RR 9#/60 | Insulin 12-10-14 IE
Metoprolol 47,5 mg 1-0-1 | Ibuprofen 600 1-1-1 | Thrombos 95.000 | SSW 32+4 | seit 14.30 Uhr
Visus 0,8/1,0 | Belastung bis 100 W | KG 9# kg | VAS 3/10 | Version 3.2.10 der Pumpe | ET +4
TA 14/8 | TA 9#/62, FC 110 | EVA 7/10 | GB 14500 | traitement depuis 90 j. | choc à 150 J
périmètre de marche 100 m | souffle 3/6 | IDM 2015 | fracture du 1/3 distal | SA 32+4
insuline 10-12-14 | marche sur 90 m | plaquettes 95000 | 11/2023 | FC 92 a. fib.
"""
FRAMES = (
    "{}",
    "pt c/o dizziness, {}",
    "{} per ems",
    "chest pain. {}. no sob",
    "rash ({}) for a while",
    "HEADACHE; {} ; NO TRAUMA",
    "seen by pcp\n{}\nplease advise",
    "my mother has {} and asks for advice",
)


def decoy(rng: random.Random) -> str:
    """A text without any identifier."""
    moulds = [mould.strip() for line in MOULDS.strip().splitlines() for mould in line.split(" | ")]
    mould = "".join(
        rng.choice("0123456789") if sign == "#" else sign for sign in rng.choice(moulds)
    )
    return rng.choice(FRAMES).format(mould)
