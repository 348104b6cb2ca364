<?php get_header(); ?>
<?php
while ( have_posts() ) :
	the_post();
	?>
	<article <?php post_class(); ?>>
		<?php if ( has_category() ) : ?>
			<p class="kicker"><?php the_category( ' · ' ); ?></p>
		<?php endif; ?>
		<h1><?php the_title(); ?></h1>
		<?php if ( has_excerpt() ) : ?>
			<p class="standfirst"><?php echo esc_html( get_the_excerpt() ); ?></p>
		<?php endif; ?>
		<p class="byline">
			<?php echo esc_html( get_the_author() ); ?> ·
			<time datetime="<?php echo esc_attr( get_the_date( 'c' ) ); ?>"><?php echo esc_html( get_the_date() ); ?></time>
		</p>
		<?php if ( has_post_thumbnail() ) : ?>
			<figure class="hero">
				<?php the_post_thumbnail( 'full' ); ?>
				<?php if ( get_the_post_thumbnail_caption() ) : ?>
					<figcaption class="wp-caption-text"><?php the_post_thumbnail_caption(); ?></figcaption>
				<?php endif; ?>
			</figure>
		<?php endif; ?>
		<div class="entry"><?php the_content(); ?></div>
		<?php the_tags( '<ul class="tags"><li>', '</li><li>', '</li></ul>' ); ?>
	</article>
<?php endwhile; ?>
<?php get_footer(); ?>
