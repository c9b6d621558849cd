"""Invented recommendations in four languages, as many as a benchmark wants.

`invent(250_000)` fills up a database that holds edition 2021: texts made from the
phrases below, with a long tail of invented names and numbers, in sections of their own
beside the real ones. The same start always gives the same rows.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import models, transaction

from priorities.models import (
    Audience,
    Instrument,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from regions.changes import record_change
from regions.models import Country, RegionalForum

Phrase = tuple[str, ...]

SEED = 2021
BATCH = 2_000
MOST_SECTIONS = 12
RANKED_ROWS = 20
MOST_WORDS = 30
NUMBERS = 50_000
NEW_YEAR = datetime(2021, 1, 1, 9, tzinfo=UTC)
MINUTES = 364 * 24 * 60

LANGUAGES = ("fr", "en", "es", "ar")
ORIGINAL_WEIGHTS = (40, 30, 15, 15)
CONSONANTS = tuple(zip("bdhklmnrstwy", "بدهكلمنرستوي", strict=True))
VOWELS = (("a", "ا"), ("i", "ي"), ("u", "و"))
ENDINGS = (("n", "ن"), ("r", "ر"), ("l", "ل"), ("m", "م"), ("s", "س"), ("", ""))
NAMES = (len(CONSONANTS) * len(VOWELS)) ** 3 * len(ENDINGS)


def in_rows(text: str) -> list[Phrase]:
    """One phrase per line, its languages between bars."""
    return [tuple(line.split(" | ")) for line in text.strip().splitlines()]


def in_blocks(text: str) -> list[Phrase]:
    """One phrase per paragraph, one language per line."""
    return [tuple(block.splitlines()) for block in text.strip().split("\n\n")]


def by_audience(text: str) -> dict[str, list[Phrase]]:
    """Paragraphs as above, each under the slug of the audience it addresses."""
    blocks = in_blocks(text)
    return {
        slug: [block[1:] for block in group]
        for slug, group in groupby(blocks, key=lambda block: block[0])
    }


ACTIONS = in_rows("""
renforcer | strengthen | reforzar | تعزيز
financer | fund | financiar | تمويل
élargir | widen | ampliar | توسيع
protéger | protect | proteger | حماية
encourager | encourage | fomentar | تشجيع
soutenir | support | apoyar | دعم
améliorer | improve | mejorar | تحسين
moderniser | modernise | modernizar | تحديث
évaluer | assess | evaluar | تقييم
suivre de près | monitor | seguir de cerca | رصد
harmoniser | harmonise | armonizar | مواءمة
simplifier | simplify | simplificar | تبسيط
accélérer | speed up | acelerar | تسريع
garantir | guarantee | garantizar | ضمان
coordonner | coordinate | coordinar | تنسيق
documenter | document | documentar | توثيق
adapter | adapt | adaptar | تكييف
rétablir | restore | restablecer | استعادة
maintenir | maintain | mantener | صون
développer | develop | desarrollar | تطوير
planifier | plan | planificar | تخطيط
organiser | organise | organizar | تنظيم
repenser | rethink | replantear | إعادة النظر في
renouveler | renew | renovar | تجديد
compléter | complete | completar | استكمال
approfondir | deepen | profundizar | تعميق
mettre à l’essai | pilot | poner a prueba | تجريب
réexaminer | review | revisar | مراجعة
respecter | respect | respetar | احترام
lancer | launch | lanzar | إطلاق
généraliser | make universal | generalizar | تعميم
mettre en place | put in place | poner en marcha | إرساء
instituer | establish | instituir | إنشاء
activer | activate | activar | تفعيل
consolider | consolidate | consolidar | ترسيخ
préparer | prepare | preparar | إعداد
sécuriser | secure | asegurar | تأمين
unifier | unify | unificar | توحيد
reprendre | resume | reanudar | استئناف
poursuivre | continue | proseguir | مواصلة
pérenniser | sustain | perpetuar | إدامة
enrichir | enrich | enriquecer | إثراء
clarifier | clarify | aclarar | توضيح
faciliter | facilitate | facilitar | تيسير
""")

OBJECTS = in_blocks("""
la **formation des juges** et des procureurs
the **training of judges** and prosecutors
la **formación de los jueces** y los fiscales
**تدريب القضاة** وأعضاء النيابة العامة

l’accès des personnes survivantes à l’**aide juridique**
the access of survivors to **legal aid**
el acceso de las personas sobrevivientes a la **asistencia jurídica**
وصول الناجين والناجيات إلى **المساعدة القانونية**

les **inspections du travail** dans les exploitations agricoles
**labour inspections** on farms and plantations
las **inspecciones de trabajo** en las explotaciones agrícolas
**تفتيش العمل** في المزارع والحقول

les **lignes d’écoute** ouvertes jour et nuit
**helplines** that are open day and night
las **líneas de ayuda** abiertas día y noche
**خطوط المساعدة** المفتوحة ليلا ونهارا

les **foyers d’accueil** pour les femmes et leurs enfants
**safe houses** for women and their children
las **casas de acogida** para las mujeres y sus hijos
**دور الإيواء** المخصصة للنساء وأطفالهن

l’**enregistrement des naissances** dans les zones rurales
**birth registration** in rural areas
el **registro de nacimientos** en las zonas rurales
**تسجيل المواليد** في المناطق الريفية

les **bourses scolaires** pour les enfants qui travaillent
**school grants** for children who work
las **becas escolares** para los niños y niñas que trabajan
**المنح الدراسية** للأطفال العاملين

le **contrôle des agences de recrutement** privées
the **oversight of recruitment agencies** in the private sector
el **control de las agencias de contratación** privadas
**الرقابة على مكاتب الاستقدام** الخاصة

les **registres publics** des contrats de travail
**public registers** of employment contracts
los **registros públicos** de contratos de trabajo
**السجلات العامة** لعقود العمل

la **transparence des chaînes d’approvisionnement** mondiales
the **transparency of supply chains** worldwide
la **transparencia de las cadenas de suministro** mundiales
**شفافية سلاسل التوريد** العالمية

les **fonds d’indemnisation** des personnes survivantes
**compensation funds** for survivors
los **fondos de indemnización** para sobrevivientes
**صناديق التعويض** للناجين والناجيات

le **soutien psychologique** après la libération
**psychological support** after release
el **apoyo psicológico** después de la liberación
**الدعم النفسي** بعد التحرر

la **coopération policière** entre pays voisins
**police cooperation** between neighbouring countries
la **cooperación policial** entre países vecinos
**التعاون الشرطي** بين البلدان المتجاورة

les **équipes d’enquête** spécialisées et bien équipées
**investigation teams** that are specialised and well equipped
los **equipos de investigación** especializados y bien dotados
**فرق التحقيق** المتخصصة والمجهزة جيدا

la **protection des témoins** avant et après le procès
**witness protection** before and after the trial
la **protección de testigos** antes y después del juicio
**حماية الشهود** قبل المحاكمة وبعدها

les **droits des travailleuses domestiques** migrantes
the **rights of domestic workers** who are migrants
los **derechos de las trabajadoras del hogar** migrantes
**حقوق العاملات المنزليات** المهاجرات

les **voies de migration sûres** et régulières
**safe migration routes** that are open and regular
las **vías de migración seguras** y regulares
**مسارات الهجرة الآمنة** والنظامية

les **programmes de microcrédit** destinés aux familles rurales
**microcredit programmes** for rural families
los **programas de microcrédito** para las familias rurales
**برامج القروض الصغيرة** للأسر الريفية

l’**apprentissage d’un métier** pour les jeunes adultes
**vocational training** for young adults
el **aprendizaje de un oficio** para jóvenes adultos
**التدريب المهني** للشباب والشابات

la **collecte de données** fiables et comparables
the **collection of data** that is reliable and comparable
la **recopilación de datos** fiables y comparables
**جمع البيانات** الموثوقة والقابلة للمقارنة

les **campagnes de sensibilisation** dans les langues locales
**awareness campaigns** in local languages
las **campañas de sensibilización** en las lenguas locales
**حملات التوعية** باللغات المحلية

le **dialogue avec les chefs religieux** et coutumiers
the **dialogue with religious leaders** and customary authorities
el **diálogo con los líderes religiosos** y tradicionales
**الحوار مع القيادات الدينية** والتقليدية

la **participation des personnes survivantes** aux décisions
the **participation of survivors** in decisions
la **participación de las personas sobrevivientes** en las decisiones
**مشاركة الناجين والناجيات** في صنع القرار

les **plans d’action nationaux** contre l’esclavage moderne
**national action plans** against modern slavery
los **planes de acción nacionales** contra la esclavitud moderna
**خطط العمل الوطنية** لمكافحة الرق المعاصر

les **lois contre la traite** des personnes
**laws against trafficking** in persons
las **leyes contra la trata** de personas
**قوانين مكافحة الاتجار** بالأشخاص

la **libération des familles** tenues par une dette
the **release of families** held by debt
la **liberación de las familias** retenidas por deudas
**تحرير الأسر** المقيدة بالديون

les **syndicats** de l’économie informelle
**trade unions** in the informal economy
los **sindicatos** de la economía informal
**النقابات العمالية** في الاقتصاد غير المنظم

le **paiement régulier des salaires** des saisonniers
the **regular payment of wages** to seasonal workers
el **pago regular de los salarios** a los temporeros
**دفع الأجور بانتظام** للعمال الموسميين

les **services consulaires** pour les ressortissants en difficulté
**consular services** for nationals in difficulty
los **servicios consulares** para los nacionales en dificultad
**الخدمات القنصلية** للمواطنين المحتاجين إلى العون

l’**accès à la terre** des descendants d’esclaves
**access to land** for descendants of enslaved people
el **acceso a la tierra** de los descendientes de personas esclavizadas
**الحصول على الأراضي** لأحفاد المستعبدين

les **soins de santé** offerts sans condition de séjour
**health care** offered whatever the residence status
la **atención sanitaria** sin condiciones de residencia
**الرعاية الصحية** المتاحة دون شرط الإقامة

la **réunification familiale** après le retour
**family reunification** after return
la **reunificación familiar** después del regreso
**لم شمل الأسر** بعد العودة

les **comités villageois** de vigilance
**village committees** that keep watch
los **comités vecinales** de vigilancia
**لجان القرى** المعنية باليقظة

la **formation des journalistes** au récit respectueux
the **training of journalists** in respectful reporting
la **formación de periodistas** en un relato respetuoso
**تدريب الصحفيين** على السرد المحترم

les **bibliothèques numériques** de bonnes pratiques
**digital libraries** of good practice
las **bibliotecas digitales** de buenas prácticas
**المكتبات الرقمية** للممارسات الجيدة

le **devoir de vigilance** des grandes entreprises
the **duty of care** of large companies
el **deber de vigilancia** de las grandes empresas
**واجب العناية** لدى الشركات الكبرى

les **marchés publics responsables** à tous les niveaux
**responsible public procurement** at every level
la **contratación pública responsable** en todos los niveles
**المشتريات العامة المسؤولة** على جميع المستويات

les **mécanismes de plainte** accessibles aux migrants
**complaint mechanisms** that migrants can use
los **mecanismos de denuncia** accesibles para los migrantes
**آليات الشكوى** المتاحة للمهاجرين

l’**identification précoce** des personnes exploitées
the **early identification** of exploited people
la **identificación temprana** de las personas explotadas
**التعرف المبكر** على الأشخاص المستغلين

les **écoles communautaires** près des briqueteries
**community schools** near the brick kilns
las **escuelas comunitarias** cercanas a las ladrilleras
**المدارس المجتمعية** القريبة من مصانع الطوب

le **traitement rapide des dossiers** au tribunal
the **swift handling of cases** in court
la **tramitación rápida de los expedientes** en los tribunales
**المعالجة السريعة للقضايا** في المحاكم

les **permis de travail mobiles** d’un employeur à l’autre
**portable work permits** from one employer to another
los **permisos de trabajo transferibles** de un empleador a otro
**تصاريح العمل المرنة** بين صاحب عمل وآخر

la **protection sociale** des ménages les plus pauvres
**social protection** for the poorest households
la **protección social** de los hogares más pobres
**الحماية الاجتماعية** للأسر الأشد فقرا

les **coalitions régionales** d’associations
**regional coalitions** of associations
las **coaliciones regionales** de asociaciones
**التحالفات الإقليمية** بين الجمعيات

la **recherche menée par des personnes survivantes**
**research led by survivors** of slavery
la **investigación dirigida por sobrevivientes** de la esclavitud
**البحوث التي يقودها الناجون** والناجيات

l’**interprétation gratuite** dans les commissariats
**free interpreting** at police stations
la **interpretación gratuita** en las comisarías
**الترجمة الفورية المجانية** في مراكز الشرطة

la **sécurité en ligne** des adolescents
the **online safety** of adolescents
la **seguridad en línea** de los adolescentes
**السلامة على الإنترنت** للمراهقين والمراهقات

les **observatoires locaux** du travail forcé
**local observatories** of forced labour
los **observatorios locales** del trabajo forzoso
**المراصد المحلية** للعمل القسري

les **coopératives de femmes** dans la pêche
**women’s cooperatives** in fishing
las **cooperativas de mujeres** en la pesca
**تعاونيات النساء** في قطاع الصيد

le **logement temporaire** des personnes libérées
**temporary housing** for people who were freed
el **alojamiento temporal** de las personas liberadas
**السكن المؤقت** للأشخاص المحررين

les **accords bilatéraux** sur la main-d’œuvre
**bilateral agreements** on labour
los **acuerdos bilaterales** sobre mano de obra
**الاتفاقات الثنائية** بشأن اليد العاملة

les **budgets publics** consacrés à la prévention
**public budgets** for prevention
los **presupuestos públicos** dedicados a la prevención
**الميزانيات العامة** المخصصة للوقاية

la **ratification des conventions** internationales
the **ratification of conventions** between states
la **ratificación de los convenios** internacionales
**التصديق على الاتفاقيات** الدولية

les **programmes scolaires** sur l’histoire de l’esclavage
**school curricula** on the history of slavery
los **programas escolares** sobre la historia de la esclavitud
**المناهج الدراسية** حول تاريخ الرق

la **saisie des avoirs** des trafiquants
the **seizure of assets** held by traffickers
la **incautación de bienes** de los tratantes
**مصادرة أصول** المتاجرين بالأشخاص

les **guichets uniques** pour les démarches administratives
**one-stop offices** for administrative procedures
las **ventanillas únicas** para los trámites administrativos
**الشبابيك الموحدة** للإجراءات الإدارية

l’**inclusion financière** des travailleurs migrants
the **financial inclusion** of migrant workers
la **inclusión financiera** de los trabajadores migrantes
**الشمول المالي** للعمال المهاجرين

les **réseaux de personnes survivantes** par-delà les frontières
**survivor networks** across borders
las **redes de sobrevivientes** más allá de las fronteras
**شبكات الناجين والناجيات** عبر الحدود

la **certification indépendante** des produits de la mer
the **independent certification** of seafood
la **certificación independiente** de los productos del mar
**الاعتماد المستقل** للمنتجات البحرية

les **documents d’identité** des personnes apatrides
**identity documents** for stateless people
los **documentos de identidad** de las personas apátridas
**وثائق الهوية** للأشخاص عديمي الجنسية

la **médiation communautaire** face aux discriminations de caste
**community mediation** on caste discrimination
la **mediación comunitaria** ante la discriminación por casta
**الوساطة المجتمعية** في مواجهة التمييز القائم على الطوائف الاجتماعية

les **normes de travail décent** dans la construction
**decent work standards** in construction
las **normas de trabajo decente** en la construcción
**معايير العمل اللائق** في قطاع البناء
""")

MANNERS = in_blocks("""
avec la participation de personnes qui ont connu l’esclavage
with the participation of people who lived through slavery
con la participación de personas que vivieron la esclavitud
بمشاركة أشخاص عاشوا تجربة الرق

en lien étroit avec les associations locales
working closely with local associations
en estrecha relación con las asociaciones locales
بالتعاون الوثيق مع الجمعيات المحلية

dans chaque province, y compris les plus éloignées
in every province, including the most remote ones
en cada provincia, incluidas las más alejadas
في كل محافظة بما فيها الأبعد

avec un budget pluriannuel inscrit dans la loi
with a budget over several years set by law
con un presupuesto plurianual inscrito en la ley
بميزانية متعددة السنوات منصوص عليها قانونا

sous le contrôle d’une autorité indépendante
under the scrutiny of an independent authority
bajo el control de una autoridad independiente
تحت إشراف هيئة مستقلة عن الحكومة

dans les langues que parlent les communautés
in the languages that communities speak
en las lenguas que hablan las comunidades
باللغات التي تتحدثها المجتمعات المحلية

à partir de données publiées chaque année
on the basis of data published every year
a partir de datos publicados cada año
استنادا إلى بيانات منشورة كل عام

avec l’appui de médecins et de travailleurs sociaux
with the help of doctors and social workers
con el apoyo de médicos y trabajadores sociales
بدعم من الأطباء والأخصائيين الاجتماعيين

en commençant par les districts les plus touchés
starting with the districts that are most affected
empezando por los distritos más afectados
بدءا بالمقاطعات الأشد تضررا

le long des principaux couloirs migratoires
along the main corridors of migration
a lo largo de los principales corredores migratorios
على امتداد ممرات الهجرة الرئيسية

avec des objectifs mesurables et un calendrier public
with measurable goals and a public timetable
con objetivos medibles y un calendario público
بأهداف قابلة للقياس وجدول زمني معلن

sans faire peser de frais sur les familles
without placing any costs on families
sin imponer gastos a las familias
دون تحميل الأسر أي تكاليف

par des accords entre ministères et collectivités
through agreements between ministries and local councils
mediante acuerdos entre ministerios y municipios
من خلال اتفاقات بين الوزارات والبلديات

grâce à des partenariats avec les universités
through partnerships with universities and research centres
gracias a alianzas con las universidades
بفضل شراكات مع الجامعات ومراكز البحث

dans le respect de la vie privée de chacun
with respect for the privacy of each person
respetando la vida privada de cada persona
مع احترام الحياة الخاصة لكل شخص

avec la même rigueur dans le public et le privé
with equal rigour in the public and private sectors
con el mismo rigor en lo público y lo privado
بالصرامة نفسها في القطاعين العام والخاص

par des équipes mobiles formées sur place
through mobile teams trained on the spot
por medio de equipos móviles formados sobre el terreno
عبر فرق متنقلة مدربة في الميدان

en tenant compte des besoins des femmes et des filles
taking into account the needs of women and girls
teniendo en cuenta las necesidades de las mujeres y las niñas
مع مراعاة احتياجات النساء والفتيات

en y associant les jeunes dès le début
involving young people from the very beginning
con la participación de los jóvenes desde el principio
بإشراك الشباب منذ بداية العمل

avec des outils simples et ouverts à tous
with simple tools that are open to all
con herramientas sencillas y abiertas a todos
بأدوات بسيطة ومفتوحة أمام الجميع

dans les ports, les mines et les zones franches
in ports, mines and free trade zones
en los puertos, las minas y las zonas francas
في الموانئ والمناجم والمناطق الحرة

selon les normes internationales du travail
in line with international labour standards
según las normas internacionales del trabajo
وفقا لمعايير العمل الدولية المعتمدة

avec l’accord libre et éclairé des personnes concernées
with the free and informed consent of those concerned
con el consentimiento libre e informado de las personas afectadas
بموافقة حرة ومستنيرة من الأشخاص المعنيين

à l’échelle de toute la région
at the scale of the whole region
a escala de toda la región
على نطاق المنطقة بأكملها دون استثناء

par un fonds commun alimenté par les entreprises
through a common fund that companies pay into
mediante un fondo común sostenido por las empresas
من خلال صندوق مشترك تموله الشركات

avec des formateurs issus des communautés marginalisées
with trainers from marginalised communities
con formadores procedentes de comunidades marginadas
مع مدربين من المجتمعات المهمشة

pendant et après les situations d’urgence
during emergencies and in the years after them
durante y después de las situaciones de emergencia
أثناء حالات الطوارئ وفي أعقابها

en rendant compte devant le parlement
while reporting regularly to parliament
rindiendo cuentas ante el parlamento
مع تقديم تقارير منتظمة إلى البرلمان
""")

PURPOSES = in_blocks("""
afin que chaque enfant puisse rester à l’école
so that every child can stay at school
para que cada niño y cada niña pueda seguir en la escuela
حتى يتمكن كل طفل من البقاء في المدرسة

pour que la justice soit rendue dans un délai raisonnable
so that justice is done within a reasonable time
para que se haga justicia en un plazo razonable
لكي تتحقق العدالة في غضون مدة معقولة

afin de prévenir toute nouvelle exploitation
in order to prevent any further exploitation
a fin de prevenir cualquier nueva explotación
من أجل منع أي استغلال جديد في المستقبل

avant la fin de la prochaine année budgétaire
before the end of the next budget year
antes del final del próximo año presupuestario
قبل نهاية السنة المالية المقبلة على أبعد تقدير

pour que personne ne retombe dans la dépendance
so that nobody falls back into dependence
para que nadie vuelva a caer en la dependencia
حتى لا يعود أحد إلى حالة التبعية

afin de rétablir la confiance des communautés
in order to restore the trust of communities
a fin de restablecer la confianza de las comunidades
من أجل استعادة ثقة المجتمعات المحلية بالمؤسسات

pour que les familles vivent d’un travail digne
so that families can live from decent work
para que las familias vivan de un trabajo digno
لكي تعيش الأسر من عمل لائق وكريم

au cours des trois prochaines années
over the course of the next three years
en el transcurso de los próximos tres años
على مدى السنوات الثلاث المقبلة بلا انقطاع

afin que les auteurs répondent de leurs actes
so that perpetrators answer for their acts
para que los responsables respondan de sus actos
حتى يحاسب الجناة على ما ارتكبوه من أفعال

pour réduire les risques tout au long du voyage
to reduce the risks all along the journey
para reducir los riesgos a lo largo del viaje
للحد من المخاطر على طول طريق السفر

afin que les personnes libérées choisissent leur avenir
so that people who were freed choose their own future
para que las personas liberadas elijan su futuro
لكي يختار الأشخاص المحررون مستقبلهم بأنفسهم وبكل حرية

pour que les consommateurs sachent ce qu’ils achètent
so that consumers know what they are buying
para que los consumidores sepan lo que compran
حتى يعرف المستهلكون ما الذي يشترونه بالفعل

en attendant une réforme plus large de la loi
pending a broader reform of the law
a la espera de una reforma más amplia de la ley
في انتظار إصلاح أوسع نطاقا للقوانين السارية

afin de partager plus largement ce qui fonctionne
in order to share what works more widely
a fin de compartir más ampliamente lo que funciona
من أجل تبادل ما ثبت نجاحه على نطاق أوسع

pour que les survivantes puissent parler sans crainte
so that women survivors can speak without fear
para que las sobrevivientes puedan hablar sin temor
حتى تستطيع الناجيات الكلام من دون أي خوف

dès que les conditions sanitaires le permettent
as soon as the health situation allows it
en cuanto la situación sanitaria lo permita
بمجرد أن تسمح بذلك الظروف الصحية السائدة

afin que les engagements pris deviennent réalité
so that the commitments made become reality
para que los compromisos asumidos se hagan realidad
لكي تصبح الالتزامات المعلنة واقعا ملموسا للجميع

pour que les migrants connaissent leurs droits
so that migrants know their rights before they leave
para que los migrantes conozcan sus derechos
حتى يعرف المهاجرون حقوقهم قبل مغادرة بلدانهم

afin de mieux répartir les ressources disponibles
in order to share out the available resources better
a fin de repartir mejor los recursos disponibles
من أجل توزيع الموارد المتاحة توزيعا أكثر إنصافا

pour que les petits employeurs puissent suivre
so that small employers are able to keep up
para que los pequeños empleadores puedan seguir el ritmo
لكي يتمكن صغار أصحاب العمل من المواكبة

dans les six mois qui suivent ce forum
within the six months that follow this forum
en los seis meses siguientes a este foro
في غضون الأشهر الستة التالية لهذا المنتدى

afin que les victimes ne soient jamais punies
so that victims are never punished for what was done to them
para que las víctimas nunca sean castigadas
حتى لا تعاقب الضحايا أبدا على ما أصابها

pour atteindre ensemble la cible des Nations Unies
to reach the target of the United Nations together
para alcanzar juntos la meta de las Naciones Unidas
لبلوغ الغاية التي حددتها الأمم المتحدة معا

afin de rompre la transmission d’une génération à l’autre
in order to break the chain from one generation to the next
a fin de romper la transmisión de una generación a otra
من أجل كسر السلسلة بين جيل وآخر

pour que les voix des minorités soient entendues
so that the voices of minorities are heard
para que se escuchen las voces de las minorías
لكي تسمع أصوات الأقليات في كل مكان

malgré les coupes budgétaires de ces dernières années
despite the budget cuts of recent years
pese a los recortes presupuestarios de los últimos años
على الرغم من تخفيضات الميزانية في السنوات الأخيرة

afin que les alertes reçoivent une réponse rapide
so that warnings receive a rapid answer
para que las alertas reciban una respuesta rápida
حتى تلقى الإنذارات المبكرة استجابة سريعة وفعالة

pour ouvrir la voie à une vie indépendante
to open the way to an independent life
para abrir el camino a una vida independiente
من أجل فتح الطريق نحو حياة مستقلة
""")

OPENINGS = by_audience("""
anyone
Toutes les parties concernées devraient
All parties concerned should
Todas las partes interesadas deberían
ينبغي لجميع الأطراف المعنية

concerns
Trop peu d’institutions savent aujourd’hui
Too few institutions now know how to
Muy pocas instituciones saben hoy
قليلة هي المؤسسات التي تستطيع اليوم

concerns
Depuis la pandémie, peu de communautés peuvent
Since the pandemic, few communities can
Desde la pandemia, pocas comunidades pueden
قليلة هي المجتمعات التي تستطيع منذ الجائحة

concerns
Faute de moyens, personne ne parvient à
For lack of means, nobody manages to
Por falta de medios, nadie logra
لا يستطيع أحد بسبب قلة الموارد

global-movement
Le mouvement mondial devrait
The global movement should
El movimiento mundial debería
ينبغي للحركة العالمية

global-movement
Les membres de l’Alliance 8.7 sont invités à
The members of Alliance 8.7 are invited to
Se invita a los miembros de la Alianza 8.7 a
أعضاء التحالف 8.7 مدعوون إلى

regional-movement
Le mouvement régional devrait
The regional movement should
El movimiento regional debería
ينبغي للحركة الإقليمية

regional-movement
Les organisations de la région peuvent
The organisations of the region can
Las organizaciones de la región pueden
تستطيع منظمات المنطقة

governments
Les gouvernements devraient
Governments in the region should
Los gobiernos deberían
ينبغي لحكومات المنطقة

governments
Les ministères compétents doivent
The ministries in charge must
Los ministerios competentes deben
يجب على الوزارات المختصة

private-sector-civil-society
Le secteur privé et la société civile devraient
The private sector and civil society should
El sector privado y la sociedad civil deberían
ينبغي للقطاع الخاص والمجتمع المدني

private-sector-civil-society
Les entreprises et les associations sont appelées à
Companies and associations are called upon to
Las empresas y las asociaciones están llamadas a
الشركات والجمعيات مدعوة إلى

international-community
La communauté internationale devrait
The international community should
La comunidad internacional debería
ينبغي للمجتمع الدولي

international-community
Les donateurs internationaux sont invités à
International donors are invited to
Se invita a los donantes internacionales a
الجهات المانحة الدولية مدعوة إلى

legal-field
Les professions juridiques devraient
The legal professions should
Las profesiones jurídicas deberían
ينبغي للمهن القانونية

legal-field
Les parquets et les barreaux peuvent
Prosecutors and bar associations can
Las fiscalías y los colegios de abogados pueden
تستطيع النيابات ونقابات المحامين

private-companies
Les entreprises privées devraient
Private companies in every sector should
Las empresas privadas deberían
ينبغي للشركات الخاصة

private-companies
Les directions des achats doivent
Purchasing departments of companies must
Los departamentos de compras deben
يجب على إدارات المشتريات

governments-and-movement
Les gouvernements et le mouvement régional devraient
Governments and the regional movement should
Los gobiernos y el movimiento regional deberían
ينبغي للحكومات والحركة الإقليمية

governments-and-movement
Les États, avec le mouvement régional, doivent
States, together with the regional movement, must
Los Estados, junto con el movimiento regional, deben
يجب على الدول مع الحركة الإقليمية
""")

TAILS = in_blocks("""
Le réseau {name} en a montré l’utilité.
The {name} network has shown its value.
La red {name} ha demostrado su utilidad.
وقد أثبتت شبكة {name} فائدة ذلك.

Les participants citent l’expérience menée à {name}.
Participants cite the experience gained in {name}.
Los participantes citan la experiencia realizada en {name}.
ويستشهد المشاركون بالتجربة التي جرت في {name}.

La proposition est née à {name}.
The proposal was born in {name}.
La propuesta nació en {name}.
وقد نشأ هذا الاقتراح في {name}.

L’association {name} y travaille déjà.
The {name} association is already at work on it.
La asociación {name} ya trabaja en ello.
وتعمل جمعية {name} على ذلك بالفعل.

Le district de {name} peut servir de modèle.
The district of {name} can serve as a model.
El distrito de {name} puede servir de modelo.
ويمكن أن تكون مقاطعة {name} نموذجا لذلك.

Voir le dossier {number}, ouvert à {name}.
See file {number}, opened in {name}.
Véase el expediente {number}, abierto en {name}.
انظر الملف رقم {number} المفتوح في {name}.

La charte de {name} le prévoit à l’article {number}.
The {name} charter provides for it in article {number}.
La carta de {name} lo prevé en su artículo {number}.
وينص ميثاق {name} على ذلك في المادة {number}.

Les familles de {name} le demandent depuis longtemps.
The families of {name} have long asked for it.
Las familias de {name} lo piden desde hace tiempo.
وتطالب أسر {name} بذلك منذ زمن طويل.

La coopérative {name} partage volontiers ses outils.
The {name} cooperative gladly shares its tools.
La cooperativa {name} comparte con gusto sus herramientas.
وتتقاسم تعاونية {name} أدواتها عن طيب خاطر.

La vallée de {name} attend encore cette mesure.
The valley of {name} still awaits this measure.
El valle de {name} espera todavía esta medida.
ولا يزال وادي {name} ينتظر هذا التدبير.

Le rapport {number} du centre {name} le confirme.
Report {number} of the {name} centre confirms it.
El informe {number} del centro {name} lo confirma.
ويؤكد ذلك التقرير {number} لمركز {name}.

Une première étape est prévue au port de {name}.
A first step is planned in the port of {name}.
Está prevista una primera etapa en el puerto de {name}.
ومن المقرر أن تبدأ المرحلة الأولى في ميناء {name}.
""")

HEADINGS = in_blocks("""
Prévenir l’esclavage
Preventing slavery
Prevenir la esclavitud
الوقاية من الرق

Protéger les personnes
Protecting people
Proteger a las personas
حماية الأشخاص

Rendre justice
Doing justice
Hacer justicia
إحقاق العدالة

Travailler ensemble
Working together
Trabajar juntos
العمل معا

Des moyens durables
Lasting means
Medios duraderos
موارد مستدامة

Savoir et faire savoir
Knowing and making known
Saber y dar a conocer
المعرفة ونشرها

Le travail digne
Decent work
El trabajo digno
العمل اللائق

Migrer en sécurité
Migrating safely
Migrar con seguridad
الهجرة الآمنة

L’enfance et l’école
Childhood and school
La infancia y la escuela
الطفولة والمدرسة

L’économie responsable
A responsible economy
La economía responsable
الاقتصاد المسؤول

La place des personnes survivantes
The place of survivors
El lugar de las personas sobrevivientes
مكانة الناجين والناجيات
""")
CONCERNS_HEADING: Phrase = (
    "Sujets de préoccupation",
    "Concerns",
    "Motivos de preocupación",
    "دواعي القلق",
)


def zipf(pick: random.Random, size: int) -> int:
    """An index below `size`: each about as often as one over its place."""
    return int((size + 1) ** pick.random()) - 1


def name_of(index: int) -> tuple[str, str]:
    """An invented name, in Latin and in Arabic letters; near indexes look apart."""
    rest, end = divmod(index * 104_729 % NAMES, len(ENDINGS))
    letters = [ENDINGS[end]]
    for _syllable in range(3):
        rest, vowel = divmod(rest, len(VOWELS))
        rest, consonant = divmod(rest, len(CONSONANTS))
        letters[:0] = CONSONANTS[consonant], VOWELS[vowel]
    latin, arabic = ("".join(script) for script in zip(*letters, strict=True))
    return latin.capitalize(), arabic


def invented_tail(pick: random.Random) -> Phrase:
    """A second sentence, with a name or number that few other rows have."""
    latin, arabic = name_of(zipf(pick, NAMES))
    number = zipf(pick, NUMBERS) + 1
    names = {"ar": arabic}
    return tuple(
        sentence.format(name=names.get(code, latin), number=number)
        for code, sentence in zip(LANGUAGES, pick.choice(TAILS), strict=True)
    )


def joined(parts: Sequence[Phrase], ends: Sequence[str]) -> Phrase:
    starts = (" ".join(words) for words in zip(*parts, strict=True))
    return tuple(start + end for start, end in zip(starts, ends, strict=True))


def invented_text(pick: random.Random, openings: Sequence[Phrase]) -> Phrase:
    """One recommendation, said the same in every language, and never at length."""
    parts = [pick.choice(table) for table in (openings, ACTIONS, OBJECTS, MANNERS)]
    if pick.random() < 0.3:
        ends = [f". {sentence}" for sentence in invented_tail(pick)]
    else:
        ends = [f" {purpose}." for purpose in pick.choice(PURPOSES)]
    text = joined(parts, ends)
    if max(said.count(" ") for said in text) < MOST_WORDS:
        return text
    return joined(parts[:-1], ends)


def some_languages(pick: random.Random) -> list[str]:
    """The original first, then those it is translated into."""
    (original,) = pick.choices(LANGUAGES, ORIGINAL_WEIGHTS)
    share = pick.random()
    if share < 0.6:
        return list(dict.fromkeys([original, *LANGUAGES]))
    if share < 0.85:
        return list(dict.fromkeys([original, "fr", "en"]))
    return [original]


def text_fields(pick: random.Random, openings: Sequence[Phrase]) -> dict[str, Any]:
    """Texts and the states of their translations: reviewed, draft, stale, missing."""
    texts = dict(zip(LANGUAGES, invented_text(pick, openings), strict=True))
    original, *translations = some_languages(pick)
    is_stale = bool(translations) and pick.random() < 0.06
    fields: dict[str, Any] = {
        "original_language": original,
        "original_version": 2 if is_stale else 1,
        f"text_{original}": texts[original],
    }
    for code in translations:
        fields[f"text_{code}"] = texts[code]
        fields[f"made_from_{code}"] = 1
        fields[f"reviewed_{code}"] = not is_stale and pick.random() < 0.42
    return fields


def invented_section(
    forum: RegionalForum, number: int, position: int, audiences: Sequence[Audience]
) -> Section:
    """The first of a forum holds concerns, every other one asks an audience."""
    is_concerns = number == 0
    heading = CONCERNS_HEADING if is_concerns else HEADINGS[number % len(HEADINGS)]
    kinds = Section.Kind
    return Section(
        regional_forum=forum,
        kind=kinds.CONCERNS if is_concerns else kinds.RECOMMENDATIONS,
        audience=None if is_concerns else audiences[position % len(audiences)],
        position=position,
        **{f"heading_{c}": t for c, t in zip(LANGUAGES, heading, strict=True)},
        **{f"made_from_{code}": 1 for code in LANGUAGES[1:]},
    )


def sections_of(
    forum: RegionalForum, wanted: int, audiences: Sequence[Audience]
) -> list[Section]:
    """The invented sections of a forum, made where they are missing.

    They are told from those of the booklet by having no page in it.
    """
    found = list(forum.sections.filter(first_page=None).select_related("audience"))
    last = forum.sections.aggregate(last=models.Max("position"))["last"] or 0
    new = [
        invented_section(forum, number, last + 1 + number - len(found), audiences)
        for number in range(len(found), wanted)
    ]
    return found + Section.objects.bulk_create(new)


def invented_row(
    pick: random.Random, section: Section, reference: str, position: int
) -> Recommendation:
    audience = section.audience
    slug = audience.slug if audience else "concerns"
    is_ranked = section.position % 2 == 0 and position <= RANKED_ROWS
    return Recommendation(
        reference=reference,
        section=section,
        audience=audience,
        position=position,
        rank=position if is_ranked else None,
        is_lead=pick.random() < 0.02,
        status=Recommendation.Status.PUBLISHED,
        published_at=NEW_YEAR + timedelta(minutes=pick.randrange(MINUTES)),
        **text_fields(pick, OPENINGS.get(slug, OPENINGS["anyone"])),
    )


def invented_rows(
    pick: random.Random,
    forums: Sequence[Sequence[Section]],
    filled: Counter[int],
    count: int,
) -> list[Recommendation]:
    """Rows over the sections of all forums; `filled` counts those of each section."""
    chosen = [pick.choice(forums[zipf(pick, len(forums))]) for _ in range(count)]
    numbers = Counter(section.regional_forum for section in chosen)
    references = {f: iter(f.take_numbers(number)) for f, number in numbers.items()}
    rows = []
    for section in chosen:
        filled[section.pk] += 1
        reference = next(references[section.regional_forum])
        rows.append(invented_row(pick, section, reference, filled[section.pk]))
    return Recommendation.objects.bulk_create(rows, batch_size=BATCH)


def link(
    pick: random.Random,
    model: Any,
    rows: Sequence[Recommendation],
    terms: Sequence[models.Model],
    counts: Sequence[int],
) -> None:
    """Tie each row to as many terms as drawn from `counts`, the first most often."""
    term_id = model.term_key.split("__")[0] + "_id"
    links = []
    for row in rows:
        drawn = (zipf(pick, len(terms)) for _ in range(pick.choice(counts)))
        for index in dict.fromkeys(drawn):
            links.append(model(recommendation_id=row.pk, **{term_id: terms[index].pk}))
    model.objects.bulk_create(links, batch_size=BATCH)


def shuffled(terms: models.QuerySet[Any]) -> list[Any]:
    """In an order that is no alphabet, and always the same."""
    rows = list(terms.order_by("pk"))
    return random.Random(SEED).sample(rows, len(rows))


@transaction.atomic
def invent(target: int) -> None:
    """Add invented, published recommendations until there are `target`."""
    present = Recommendation.objects.count()
    missing = target - present
    if missing <= 0:
        return
    pick = random.Random(SEED + present)
    wanted = min(MOST_SECTIONS, max(3, missing // 800))
    audiences = list(Audience.objects.all())
    held = RegionalForum.objects.select_related("edition", "region")
    forums = [sections_of(forum, wanted, audiences) for forum in held]
    made = Recommendation.objects.filter(section__in=[s for f in forums for s in f])
    filled = Counter(made.values_list("section", flat=True))
    areas = shuffled(PriorityArea.objects.within_groups())
    countries = shuffled(Country.objects.all())
    instruments = shuffled(Instrument.objects.all())
    for start in range(0, missing, BATCH):
        rows = invented_rows(pick, forums, filled, min(BATCH, missing - start))
        link(pick, RecommendationArea, rows, areas, (1, 2, 3))
        link(pick, RecommendationCountry, rows, countries, (0,) * 17 + (1, 1, 2))
        link(pick, RecommendationInstrument, rows, instruments, (0,) * 9 + (1,))
    record_change()
